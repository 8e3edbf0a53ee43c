/** The cards of a CardDAV server (RFC 6352), kept in step by ctag or sync-token, then by the entity tag of each card. */
import { addressBookMultiGet, createAccount, propfind } from 'tsdav';
import type { CardDavSettings } from './settings.ts';
import { LARGEST_CARD } from './vcard.ts';

/** What came since the last look, by the path of the card. */
export interface CardChanges {
  readonly written: readonly { readonly path: string; readonly text: string }[];
  readonly gone: readonly string[];
}

export interface CardBook {
  /** Looks once. Rejects when the server does not answer or refuses; nothing is taken as seen then. */
  look(): Promise<CardChanges>;
}

/** Milliseconds and octets of one answer. */
const TIMEOUT = 20_000;
const LARGEST_ANSWER = 64 * 1024 * 1024;
const AT_ONCE = 50;
const MOST_CARDS = 50_000;

type Response = Awaited<ReturnType<typeof propfind>>[number];

export function openCardBook(settings: CardDavSettings): CardBook {
  const secret = Buffer.from(`${settings.username}:${settings.password}`).toString('base64');
  const headers = settings.username === '' ? {} : { Authorization: `Basic ${secret}` };
  const common = { headers, fetch: boundedFetch };
  const marks = new Map<string, string>();
  const tags = new Map<string, string>();
  let books: readonly string[] | null = null;

  async function find(): Promise<readonly string[]> {
    const props = { 'd:resourcetype': {} };
    const [here] = succeeded(await propfind({ url: settings.url, depth: '0', props, ...common }));
    if (isBook(here)) return [settings.url];
    const account = await createAccount({
      account: { serverUrl: settings.url, accountType: 'carddav' },
      loadCollections: true,
      ...common,
    });
    const found = (account.addressBooks ?? [])
      .map(({ url }) => url)
      .filter((url) => isSameOrigin(url, settings.url));
    if (found.length === 0) throw new Error('there is no address book at this address');
    return found;
  }

  /** Whatever changes with the collection: getctag, or the sync-token (RFC 6578 §4). */
  async function markOf(book: string): Promise<string | null> {
    const props = { 'cs:getctag': {}, 'd:sync-token': {} };
    const [answer] = succeeded(await propfind({ url: book, depth: '0', props, ...common }));
    const mark: unknown = answer?.props?.['getctag'] ?? answer?.props?.['syncToken'];
    return typeof mark === 'string' || typeof mark === 'number' ? String(mark) : null;
  }

  async function changesOf(book: string): Promise<CardChanges> {
    const props = { 'd:getetag': {} };
    const listed = succeeded(await propfind({ url: book, depth: '1', props, ...common }));
    const now = new Map<string, string>();
    for (const one of listed.slice(0, MOST_CARDS + 1)) {
      const path = pathOf(one, book);
      const tag: unknown = one.props?.['getetag'];
      if (path !== null && path !== pathname(book) && tag !== undefined) now.set(path, String(tag));
    }
    const wanted = [...now].filter(([path, tag]) => tags.get(path) !== tag).map(([path]) => path);
    const written: { path: string; text: string }[] = [];
    for (let start = 0; start < wanted.length; start += AT_ONCE) {
      const answers = await addressBookMultiGet({
        url: book,
        depth: '1',
        props: { 'd:getetag': {}, 'card:address-data': {} },
        objectUrls: wanted.slice(start, start + AT_ONCE),
        ...common,
      });
      for (const one of succeeded(answers)) {
        const path = pathOf(one, book);
        const data: unknown = one.props?.['addressData'];
        const text = typeof data === 'string' ? data : (data as { _cdata?: unknown } | undefined)?._cdata;
        if (path !== null && now.has(path)) {
          written.push({ path, text: typeof text === 'string' && text.length <= LARGEST_CARD ? text : '' });
        }
      }
    }
    const prefix = pathname(book);
    const gone = [...tags.keys()].filter((path) => path.startsWith(prefix) && !now.has(path));
    for (const path of gone) tags.delete(path);
    for (const { path } of written) tags.set(path, now.get(path) ?? '');
    return { written, gone };
  }

  return {
    async look() {
      books ??= await find();
      const all: CardChanges[] = [];
      for (const book of books) {
        const mark = await markOf(book);
        if (mark !== null && marks.get(book) === mark) continue;
        all.push(await changesOf(book));
        if (mark !== null) marks.set(book, mark);
      }
      return { written: all.flatMap(({ written }) => written), gone: all.flatMap(({ gone }) => gone) };
    },
  };
}

/** The answers, if the request as a whole was one: tsdav gives a refusal as an answer with its status. */
function succeeded(answers: readonly Response[]): readonly Response[] {
  const refused =
    answers.length === 1 ? answers.find((one) => !one.ok && one.props === undefined) : undefined;
  if (refused) throw new Error(`the CardDAV server answered ${refused.status} ${refused.statusText}`);
  return answers;
}

function isBook(answer: Response | undefined): boolean {
  const types: unknown = answer?.props?.['resourcetype'];
  return typeof types === 'object' && types !== null && 'addressbook' in types;
}

function pathOf(answer: Response, book: string): string | null {
  const url = URL.parse(answer.href ?? '', book);
  return url !== null && isSameOrigin(url.href, book) ? url.pathname : null;
}

function pathname(url: string): string {
  return new URL(url).pathname;
}

function isSameOrigin(one: string, other: string): boolean {
  return URL.parse(one)?.origin === new URL(other).origin;
}

/** Fetch that neither waits nor reads for ever. */
async function boundedFetch(input: string | URL | Request, init?: RequestInit): Promise<globalThis.Response> {
  const answer = await fetch(input, { ...init, signal: AbortSignal.timeout(TIMEOUT) });
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += (chunk as Uint8Array).length;
    if (size > LARGEST_ANSWER) throw new Error('the answer of the CardDAV server is too large');
    chunks.push(chunk as Uint8Array);
  }
  const { status, statusText, headers, url } = answer;
  const empty = status === 204 || status === 205 || status === 304;
  const whole = new globalThis.Response(empty ? null : Buffer.concat(chunks), {
    status,
    statusText,
    headers,
  });
  Object.defineProperty(whole, 'url', { value: url });
  return whole;
}
