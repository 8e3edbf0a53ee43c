/** One person's contact documents on our XCAP server, and browsers of theirs, in one process. */
import { Readable } from 'node:stream';
import { DatabaseSync } from 'node:sqlite';
import { createContacts, PRES_RULES_TYPE, RESOURCE_LISTS_TYPE } from '../../src/agent/contacts.ts';
import type { Contacts } from '../../src/agent/contacts.ts';
import type { Fact } from '../../src/agent/contract.ts';
import { createKeeper, type Env } from '../../src/agent/env.ts';
import type { Http } from '../../src/agent/http.ts';
import { createListNews } from '../../src/agent/list-news.ts';
import { createServerTime } from '../../src/agent/server-time.ts';
import { xcapDocument } from '../../src/agent/xcap.ts';
import { levelOf } from '../../src/protocol/access-policy.ts';
import { decodePresRules } from '../../src/protocol/pres-rules.ts';
import { migrate } from '../../src/server/store/migrations.ts';
import { groupWriter } from '../../src/server/store/writer.ts';
import { openDocuments, type Documents, XCAP_TABLES } from '../../src/server/xcap/documents.ts';
import { xcapRoute } from '../../src/server/xcap/xcap-route.ts';
import { createMemoryVault, emptyShelves } from '../../src/store/memory-vault.ts';
import type { ContactEdit } from '../../src/store/rows.ts';

export const ME = 'sip:ann@x.test';
const ROOT = 'https://x.test/xcap';
export const person = (name: string) => `sip:${name}@x.test`;
export const add = (name: string, group: string | null = null): ContactEdit => ({
  ...{ edit: 'add', aor: person(name), name, group },
});

/** The server, and what it was asked. */
export class Office {
  readonly documents: Documents;
  readonly asked: string[] = [];
  readonly #route;
  /** Answers every PUT larger than this with 413. */
  largest = Infinity;

  constructor() {
    const database = new DatabaseSync(':memory:');
    migrate(database, [XCAP_TABLES]);
    this.documents = openDocuments(groupWriter(database));
    const authenticator = { authenticate: () => Promise.resolve({ aor: ME }) };
    this.#route = xcapRoute({ root: '/xcap', documents: this.documents, authenticator });
  }

  readonly http: Http = async ({ method, url, headers = {}, body = '' }) => {
    const { pathname, search } = new URL(url);
    this.asked.push(`${method} ${pathname.replace(/^\/xcap\/([^/]+)\/users\/[^/]+/, '$1')}`);
    const octets = Buffer.from(body);
    if (method === 'PUT' && octets.length > this.largest)
      return { status: 413, body: '', etag: null, type: '' };
    const answer = await this.#route.handle({
      ...{ method, target: pathname + search, address: '127.0.0.1' },
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
      ),
      body: (limit) => Promise.resolve(octets.length > limit ? null : octets),
      octets: () => Readable.from([octets]),
    });
    const etag = answer.headers?.['etag'];
    return {
      ...{ status: answer.status, body: String(answer.body ?? ''), type: '' },
      etag: typeof etag === 'string' ? etag : null,
    };
  };

  rules() {
    const stored = this.documents.read({ auid: 'pres-rules', owner: ME, path: 'index' });
    const rules = stored && decodePresRules(stored.body);
    return rules?.ok ? rules.value : null;
  }
  levelOf(name: string) {
    return levelOf(this.rules(), person(name), { now: 0, ownDomain: 'x.test' });
  }
}

/** One browser of the person. */
export class Device {
  readonly facts: Fact[] = [];
  readonly shelves = emptyShelves();
  isOnline = true;
  contacts!: Contacts;
  news!: ReturnType<typeof createListNews>;
  now = 1_800_000_000_000;
  timers: { at: number; run: () => void }[] = [];
  readonly #office: Office;
  readonly levelsKept: boolean;

  constructor(office: Office, levelsKept = true) {
    this.#office = office;
    this.levelsKept = levelsKept;
  }

  async start(): Promise<this> {
    const clock = {
      now: () => this.now,
      random: () => 0.5,
      after: (ms: number, run: () => void) => {
        const timer = { at: this.now + ms, run };
        this.timers.push(timer);
        return () => (this.timers = this.timers.filter((one) => one !== timer));
      },
    };
    const vault = createMemoryVault(this.shelves);
    const env: Env = {
      ...{ clock, vault, uuid: () => crypto.randomUUID(), log: () => undefined },
      tell: (fact) => this.facts.push(fact),
    };
    const http: Http = (request) =>
      this.isOnline
        ? this.#office.http(request)
        : Promise.resolve({ status: 0, body: '', etag: null, type: '' });
    this.contacts = createContacts({
      ...{ env, keeper: createKeeper(env), time: createServerTime(clock, 0), me: ME, serviceRoot: null },
      remote: {
        lists: xcapDocument(http, ROOT, ME, 'resource-lists', RESOURCE_LISTS_TYPE),
        rules: xcapDocument(http, ROOT, ME, 'pres-rules', PRES_RULES_TYPE),
      },
      kept: (await vault.load()).contacts,
      changed: () => undefined,
      decorate: (entry) => entry,
      levelsKept: () => this.levelsKept,
    });
    this.news = createListNews(env, ME, this.contacts.sync);
    return this;
  }

  async edit(...edits: readonly ContactEdit[]): Promise<void> {
    for (const one of edits) await this.contacts.edit(one);
  }
  /** The network is back, or the page was opened again. */
  async sync(): Promise<void> {
    this.isOnline = true;
    this.contacts.sync();
    await settled();
  }
  async pass(ms: number): Promise<void> {
    const until = this.now + ms;
    for (;;) {
      const next = this.timers.filter((one) => one.at <= until).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.timers = this.timers.filter((one) => one !== next);
      this.now = next.at;
      next.run();
      await settled();
    }
    this.now = until;
  }
  names(): string[] {
    return this.contacts
      .list()
      .entries.map(({ name }) => name)
      .sort();
  }
  problems(): string[] {
    return this.facts.flatMap((one) => (one.fact === 'notice' ? [one.words] : []));
  }
}

/** Both ends live in this process, so that everything is done when nothing waits any more. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 400; turn++) await new Promise<void>((done) => setImmediate(done));
}
