/** A user of our server with the agent's own calls on top: what a browser does, but for the sound. */
import { createCalling, type Calling } from '../../src/agent/calling.ts';
import type { CallElsewhere, CallSnapshot, Fact, Outcome } from '../../src/agent/contract.ts';
import { createOwnCalls, type OwnCalls } from '../../src/agent/own-calls.ts';
import type { Vault } from '../../src/store/vault.ts';
import { FakeMedia } from './scripted-server.ts';
import { DOMAIN, User } from './user.ts';

export class Telephone {
  readonly aor: string;
  readonly user: User;
  readonly calling: Calling;
  readonly #own: OwnCalls;
  readonly media: FakeMedia[] = [];
  /** What becomes of a call that rings. */
  answers: (id: string) => void = (id) => void this.calling.answer({ id, video: false, tab: 'tab' });
  readonly #calls = new Map<string, CallSnapshot>();

  /** `device`: which of those of that person. */
  constructor(port: number, name: string, device = 1) {
    this.aor = `sip:${name}@${DOMAIN}`;
    this.user = new User(port, name, device);
    const own = createOwnCalls({
      env: { tell: () => this.user.wake(), log: (line) => this.user.lines.push(line) },
      me: this.aor,
      instanceId: `urn:uuid:${name}-${device}`,
      isPrivate: () => true,
      nameOf: () => undefined,
    });
    this.#own = own;
    this.calling = createCalling({
      me: this.aor,
      kept: [],
      env: {
        clock: {
          now: () => Date.now(),
          random: () => Math.random(),
          after: (ms, run) => {
            const timer = setTimeout(run, ms);
            return () => clearTimeout(timer);
          },
        },
        vault: {} as Vault,
        uuid: () => crypto.randomUUID(),
        tell: (fact) => this.#told(fact),
        log: (line) => this.user.lines.push(line),
      },
      keeper: {
        inTurn: (work) => work(),
        keep: () => Promise.resolve({ is: 'done', changed: [] }),
      },
      time: { now: () => Date.now(), offset: 0, learn: () => undefined },
      mediaOf: () => {
        const media = new FakeMedia();
        this.media.push(media);
        return media;
      },
      nameOf: () => undefined,
      changed: (calls) => own.changed(calls),
      whyEnded: ({ snapshot, sip }, by, reason) => own.whyEnded({ snapshot, sip, by, reason }),
    });
    this.user.onCall = (call) => this.calling.incoming(call);
  }

  async online(): Promise<void> {
    this.user.agent.start();
    await this.user.online();
    this.#own.online(this.user.agent);
    this.calling.online(this.user.agent);
  }

  async leave(): Promise<void> {
    this.calling.stop();
    this.#own.stop();
    await this.user.agent.stop(500);
  }

  /** Calls on other devices of the same person. */
  get elsewhere(): readonly CallElsewhere[] {
    return this.#own.elsewhere();
  }
  move(id: string): Outcome<{ id: string }> {
    return this.#own.move({ id, tab: 'tab' }, this.calling);
  }

  /** The calls that are not over, and those that have just ended. */
  get calls(): readonly CallSnapshot[] {
    return [...this.#calls.values()];
  }
  get up(): readonly CallSnapshot[] {
    return this.calls.filter(({ state }) => state === 'established');
  }

  /** Calls, and waits until it is answered. */
  async call(to: Telephone): Promise<string> {
    const outcome = this.calling.call({ peer: to.aor, video: false, tab: 'tab' });
    if (!outcome.ok) throw new Error(outcome.why);
    await this.until(outcome.value.id, ({ state }) => state === 'established');
    await to.user.until(() => to.up.some(({ peer }) => peer === this.aor));
    return outcome.value.id;
  }

  until(id: string, ready: (call: CallSnapshot) => boolean): Promise<CallSnapshot> {
    return this.user.until(() => {
      const call = this.#calls.get(id);
      return call && ready(call) && call;
    });
  }

  /** Forgets what has ended; everything must have. */
  expectNothingLeft(): void {
    const left = this.calls.filter(({ state }) => state !== 'ended');
    if (left.length > 0) throw new Error(`${this.aor} has ${JSON.stringify(left)}`);
    this.#calls.clear();
  }

  #told(fact: Fact): void {
    if (fact.fact !== 'call') return;
    this.#calls.set(fact.call.id, fact.call);
    this.user.wake();
    if (fact.call.state === 'incoming' && !this.#answered.has(fact.call.id)) {
      this.#answered.add(fact.call.id);
      // As a person does: after it was shown.
      setTimeout(() => this.answers(fact.call.id));
    }
  }
  readonly #answered = new Set<string>();
}
