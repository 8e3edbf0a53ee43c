/**
 * One connection for all elements of a page that name the same server and token.
 *
 *   idle --first element--> connecting --200--> open --lost, silent--> waiting --1 s to 60 s--> connecting
 *                               +--401, 403--> refused (until an element changes)
 *   any --last element gone--> idle
 *
 * What is not told by a connection that is open is unknown: nothing stays green on a line that is gone.
 */
import type { EmbedPresence } from '../protocol/service-api.ts';
import { createEventReader } from './read-events.ts';

/** Null: unknown, since nothing is heard. */
export type Listener = (presence: EmbedPresence | null) => void;

export interface PresenceLine {
  /** Returns the way to leave. */
  follow(aor: string, listener: Listener): () => void;
}

export interface LineParts {
  readonly fetch: typeof fetch;
  /** Returns the way to call it off. Milliseconds. */
  readonly after: (ms: number, run: () => void) => () => void;
  readonly random: () => number;
}

/** Milliseconds: elements of one page come together; the server says at least every 20 s that it is there. */
const SETTLE = 50;
const SILENCE = 60_000;
const RETRY = { first: 1_000, longest: 60_000 };
/** People one connection tells of (the server's limit). */
const MOST_PEOPLE = 100;

export function createPresenceLine(server: string, token: string, parts: LineParts): PresenceLine {
  const listeners = new Map<string, Set<Listener>>();
  const told = new Map<string, EmbedPresence>();
  let connection: AbortController | null = null;
  let stopTimer = (): void => undefined;
  let wait = RETRY.first;

  function restart(ms: number): void {
    stopTimer();
    stopTimer = parts.after(ms, () => void connect());
  }

  function forget(): void {
    told.clear();
    for (const these of listeners.values()) for (const listener of these) listener(null);
  }

  async function connect(): Promise<void> {
    connection?.abort();
    if (listeners.size === 0) {
      connection = null;
      return;
    }
    const mine = new AbortController();
    connection = mine;
    const again = await read(mine).catch(() => RETRY.first);
    if (connection !== mine) return;
    connection = null;
    forget();
    if (again === null) return;
    restart(Math.max(again, wait) * (0.75 + parts.random() / 2));
    wait = Math.min(wait * 2, RETRY.longest);
  }

  /** Until the connection ends. Gives how long to stay away at least, or null for ever. */
  async function read(mine: AbortController): Promise<number | null> {
    const query = new URLSearchParams([...listeners.keys()].slice(0, MOST_PEOPLE).map((aor) => ['aor', aor]));
    let stopSilence = parts.after(SILENCE, () => mine.abort());
    try {
      const answer = await parts.fetch(`${server}/api/embed/presence?${query}`, {
        headers: { Authorization: `Bearer ${token}`, Accept: 'text/event-stream' },
        credentials: 'omit',
        cache: 'no-store',
        referrerPolicy: 'no-referrer',
        signal: mine.signal,
      });
      if (answer.status === 401 || answer.status === 403 || answer.status === 400) return null;
      if (answer.status !== 200 || !answer.body)
        return 1000 * (Number(answer.headers.get('Retry-After')) || 1);
      const events = createEventReader();
      const decoder = new TextDecoder();
      const reader = answer.body.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done || connection !== mine) return RETRY.first;
        stopSilence();
        stopSilence = parts.after(SILENCE, () => mine.abort());
        for (const presence of events(decoder.decode(value, { stream: true }))) {
          wait = RETRY.first;
          told.set(presence.aor, presence);
          for (const listener of listeners.get(presence.aor) ?? []) listener(presence);
        }
      }
    } finally {
      stopSilence();
      mine.abort();
    }
  }

  return {
    follow(aor, listener) {
      const these = listeners.get(aor) ?? new Set();
      const isNew = these.size === 0;
      listeners.set(aor, these.add(listener));
      const known = told.get(aor);
      if (known) listener(known);
      if (isNew) restart(SETTLE);
      return () => {
        these.delete(listener);
        if (these.size > 0 || listeners.get(aor) !== these) return;
        listeners.delete(aor);
        told.delete(aor);
        // Those who stay keep their connection; it tells of somebody nobody looks at, until it is made again.
        if (listeners.size === 0) restart(SETTLE);
      };
    },
  };
}
