/**
 * Keeps this device and the server's history at one. What has to be asked next is core/history-place.ts; this asks it,
 * takes it in, and rests between pages of old messages so that live ones never wait.
 *
 *   online -> session? -- none: history is what this browser saw
 *                |
 *                +-- there -> steps, one after another -> rest, until told (NOTIFY of `parley-state`) or poked
 */
import {
  HISTORY_TYPES,
  STATE_EVENT,
  STATE_TYPE,
  type HistoryConversation,
  type HistoryType,
} from '../protocol/history-api.ts';
import { isObject } from '../protocol/jmap.ts';
import type { SipUserAgent, Subscription } from '../sip/contract.ts';
import type { HistoryPlace } from '../store/meta.ts';
import type { Write } from '../store/vault.ts';
import type { Aor, HistoryStatus } from './contract.ts';
import type { CallHistory } from './call-history.ts';
import { readKept, type Kept } from './core/archived-letter.ts';
import { ALL, forgotten, isWhole, newPlace, nextStep, type HistoryStep } from './core/history-place.ts';
import type { Env, Keeper } from './env.ts';
import type { FromHistory, ReadElsewhere } from './from-history.ts';
import { tellHistory } from './history-tell.ts';
import type { Answer, HistoryServer } from './history-server.ts';
import { parse } from './read-person.ts';
import type { ServerTime } from './server-time.ts';

export interface HistorySync {
  status(): HistoryStatus;
  online(sip: SipUserAgent): void;
  offline(): void;
  stop(): void;
  /** This device has something to tell. */
  poke(): void;
}

export interface HistorySyncDeps {
  readonly env: Env;
  readonly keeper: Keeper;
  readonly time: ServerTime;
  readonly me: Aor;
  readonly root: string | null;
  readonly server: HistoryServer | null;
  readonly from: FromHistory;
  readonly calls: () => Promise<CallHistory>;
  /** As kept from the last time. */
  readonly place: HistoryPlace | null;
}

const FIRST = 100;
const PAGE = 250;
/** Between pages of old messages, milliseconds. */
const PACE = 120;
/** Live messages come by themselves; the history of them can wait. */
const SETTLE = 3_000;
/** What was typed or read is told together, milliseconds. */
const GATHER = 300;
const DAY = 86_400_000;
const SLICE = 200;

export function createHistorySync(deps: HistorySyncDeps): HistorySync {
  const { env, keeper, time, me, root, server, from } = deps;
  let place = deps.place?.aor === me && deps.place.root === root ? deps.place : null;
  let kept: HistoryStatus['kept'] = place?.policy.archived ? 'server' : server ? 'unknown' : 'device';
  let sip: SipUserAgent | null = null;
  let subscription: Subscription | null = null;
  let isRunning = false;
  let isStopped = false;
  let failures = 0;
  let cancel = (): void => undefined;
  const told = new Set<HistoryType>();

  const status = (): HistoryStatus => ({
    kept,
    ...(place && place.policy.words !== '' && { words: place.policy.words }),
    retentionDays: place?.policy.retentionDays ?? 0,
    isWhole: kept !== 'server' || (place !== null && isWhole(place)),
  });
  let shown = JSON.stringify(status());
  function show(): void {
    const now = JSON.stringify(status());
    if (now === shown) return;
    shown = now;
    env.tell({ fact: 'history', status: status() });
  }
  const placed = (next: HistoryPlace): Write => ({ put: 'meta', key: 'history', row: next });
  const kepts = (list: Parameters<typeof readKept>[0][]): Kept[] =>
    list.map((one) => readKept(one, me, time.now())).filter((one) => one !== null);

  /** Goes on by itself after a while; a word from the server or a window comes before. */
  function later(ms: number): void {
    cancel();
    cancel = env.clock.after(ms, () => void run());
  }

  async function run(): Promise<void> {
    if (isRunning || isStopped || !sip || !server) return;
    cancel();
    isRunning = true;
    try {
      await steps(server);
    } finally {
      isRunning = false;
    }
  }

  async function steps(from_: HistoryServer): Promise<void> {
    for (;;) {
      if (isStopped || !sip || !place) return;
      const calls = await deps.calls();
      const untold = from.untold().length > 0 || calls.untold().length > 0;
      const step = nextStep(place, { told, untold });
      if (step === null) {
        show();
        return;
      }
      const done = await take(step, place, from_, calls);
      show();
      if (!done) {
        later(Math.min(60_000, 2_000 * 2 ** failures) * (0.75 + env.clock.random() / 2));
        failures += 1;
        return;
      }
      failures = 0;
      if (step.startsWith('older')) await new Promise<void>((rested) => env.clock.after(PACE, rested));
    }
  }

  /** Remembers where we are once what was read is kept. */
  function reached(done: boolean, next: HistoryPlace): boolean {
    if (done) place = next;
    return done;
  }

  async function take(
    step: HistoryStep,
    at: HistoryPlace,
    asked: HistoryServer,
    calls: CallHistory,
  ): Promise<boolean> {
    switch (step) {
      case 'conversations': {
        const answer = await asked.conversations();
        if (answer === null || answer === 'forgotten') return false;
        const next = { ...at, conversations: answer.state };
        told.delete('Conversation');
        return reached(await from.apply(answer.list.map(marked), [placed(next)]), next);
      }
      case 'newest-messages':
      case 'older-messages': {
        const isFirst = step === 'newest-messages';
        const answer = await asked.messages({}, isFirst ? null : at.oldestMessage, isFirst ? FIRST : PAGE);
        if (answer === null) return false;
        // Where we were has been forgotten: so has everything before it.
        if (answer === 'forgotten') return remember({ ...at, oldestMessage: ALL });
        const next = {
          ...at,
          oldestMessage: answer.oldest ?? ALL,
          ...(isFirst && { messages: answer.state }),
        };
        if (isFirst) told.delete('Message');
        return reached(await from.take(kepts([...answer.list]), [placed(next)]), next);
      }
      case 'newest-calls':
      case 'older-calls': {
        const isFirst = step === 'newest-calls';
        const answer = await asked.calls({}, isFirst ? null : at.oldestCall, isFirst ? FIRST : PAGE);
        if (answer === null) return false;
        if (answer === 'forgotten') return remember({ ...at, oldestCall: ALL });
        const next = { ...at, oldestCall: answer.oldest ?? ALL, ...(isFirst && { calls: answer.state }) };
        if (isFirst) told.delete('CallRecord');
        return reached(await calls.take(answer.list, [placed(next)]), next);
      }
      case 'conversation-changes': {
        const answer = await asked.changes('Conversation', at.conversations ?? '');
        return changed('Conversation', at, answer, async (list, next) =>
          from.apply(await Promise.all(list.map((one) => exactly(one, asked))), [placed(next)]),
        );
      }
      case 'message-changes': {
        const answer = await asked.changes('Message', at.messages ?? '');
        return changed('Message', at, answer, (list, next) => from.take(kepts([...list]), [placed(next)]));
      }
      case 'call-changes': {
        const answer = await asked.changes('CallRecord', at.calls ?? '');
        return changed('CallRecord', at, answer, (list, next) => calls.take(list, [placed(next)]));
      }
      case 'tell':
        return tellHistory({ vault: env.vault, server: asked, from, calls });
    }
  }

  async function changed<T>(
    type: HistoryType,
    at: HistoryPlace,
    answer: Answer<{ readonly state: string; readonly hasMore: boolean; readonly list: readonly T[] }>,
    keep: (list: readonly T[], next: HistoryPlace) => Promise<boolean>,
  ): Promise<boolean> {
    if (answer === null) return false;
    if (answer === 'forgotten') return remember(forgotten(at, type));
    const key = ({ Conversation: 'conversations', Message: 'messages', CallRecord: 'calls' } as const)[type];
    const next = { ...at, [key]: answer.state };
    const done = reached(await keep(answer.list, next), next);
    if (done && !answer.hasMore) told.delete(type);
    return done;
  }

  async function remember(next: HistoryPlace): Promise<boolean> {
    return reached((await keeper.keep([placed(next)])).is === 'done', next);
  }

  /** The place of the message that was read last, where it is here; else the time has to do. */
  async function exactly(
    is: HistoryConversation,
    asked: HistoryServer,
  ): Promise<{ is: HistoryConversation; read: ReadElsewhere | null }> {
    const { readThrough } = is;
    if (readThrough?.id === undefined) return marked(is);
    const newer = await env.vault.messagesAfter(is.id, readThrough.date - BELIEVED);
    // Nothing here is near it: there is nothing to be exact about.
    if (newer.length === 0) return marked(is);
    const [message] = (await asked.message([readThrough.id])) ?? [];
    const read = message && readKept(message, me, time.now());
    const order = read?.is === 'row' ? read.row.order : read?.revision.order;
    return { is, read: { date: readThrough.date, order: order ?? readThrough.date } };
  }

  /** What is older than the organisation allows goes from here as well. */
  async function forget(days: number): Promise<void> {
    for (let left = days > 0; left && !isStopped;) {
      const gone = await keeper.inTurn(() => env.vault.forgetBefore(time.now() - days * DAY, SLICE));
      if (gone.length > 0) {
        env.tell({ fact: 'messages-gone', ids: gone.map(([, , id]) => id) });
        await from.forgotten(gone.map(([conversation]) => conversation));
      }
      left = gone.length === SLICE;
    }
  }

  async function begin(agent: SipUserAgent): Promise<void> {
    if (!server || root === null) return;
    const session = await server.session();
    if (isStopped || sip !== agent) return;
    if (session.is === 'away') {
      // Another origin's refusal looks like no answer: until one comes, history is what is here.
      if (!place) {
        kept = 'device';
        show();
      }
      cancel = env.clock.after(30_000, () => void begin(agent));
      return;
    }
    if (session.is === 'none') {
      kept = 'device';
      show();
      return;
    }
    const { policy } = session;
    place = newPlace(me, root, policy, place);
    kept = policy.archived ? 'server' : 'device';
    show();
    for (const type of HISTORY_TYPES) told.add(type);
    void forget(policy.retentionDays);
    subscription ??= agent.subscribe(
      { target: me, event: STATE_EVENT, accept: [STATE_TYPE], expires: 3600 },
      (fact) => {
        if (fact.is === 'active') heard(fact.body);
      },
    );
    void run();
  }

  function heard(body: string): void {
    const change = parse(body);
    const all = isObject(change) ? change['changed'] : null;
    const mine = isObject(all) ? all[me] : null;
    if (!isObject(mine) || !place) return;
    const known = { Message: place.messages, Conversation: place.conversations, CallRecord: place.calls };
    const fresh = HISTORY_TYPES.filter(
      (type) => typeof mine[type] === 'string' && mine[type] !== known[type],
    );
    for (const type of fresh) told.add(type);
    if (fresh.some((type) => type !== 'Message')) void run();
    else if (fresh.length > 0) later(SETTLE);
  }

  return {
    status,
    online(agent) {
      if (sip !== agent) subscription = null;
      sip = agent;
      failures = 0;
      void begin(agent);
    },
    offline() {
      sip = null;
      cancel();
    },
    stop() {
      isStopped = true;
      sip = null;
      cancel();
      subscription?.close();
      subscription = null;
    },
    poke() {
      if (!isRunning) later(GATHER);
    },
  };
}

/** How far a stamp may be from the time at which the server took the message (core/order.ts). */
const BELIEVED = 60_000;

function marked(is: HistoryConversation): { is: HistoryConversation; read: ReadElsewhere | null } {
  const { readThrough } = is;
  return { is, read: readThrough && { date: readThrough.date, order: readThrough.date } };
}
