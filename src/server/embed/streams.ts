/**
 * Presence for pages outside, as event streams (WHATWG HTML §9.2). Each says at once what is known of the people asked
 * for, then what changes, and at least every 20 seconds that the connection is alive.
 */
import type { Newcomers } from '../../protocol/access-levels.ts';
import type { Availability } from '../../protocol/availability.ts';
import type { EmbedPresence } from '../../protocol/service-api.ts';
import type { Clock } from '../clock.ts';
import type { TextStream } from '../http/contract.ts';
import { PUBLIC_WORDS } from './presence-words.ts';
import type { OwnedToken } from './tokens.ts';

export interface PresenceStreamsOptions {
  readonly publicState: (aor: string) => { readonly availability: Availability };
  readonly levelOf: (owner: string, watcher: string) => Newcomers;
  readonly nameOf: (aor: string) => string | null;
  readonly onPresence: (listener: (aor: string) => void) => () => void;
  readonly clock: Clock;
}

export interface PresenceStreams {
  /** Null when there are too many. */
  open(token: OwnedToken, people: readonly string[]): ((out: TextStream) => () => void) | null;
  /** Ends those of a token that was revoked. */
  end(token: string): void;
  readonly size: number;
  stop(): void;
}

/** People one stream tells of. */
export const MOST_PEOPLE = 100;
const MOST_STREAMS = 5_000;
const MOST_OF_A_TOKEN = 1_000;
/** Milliseconds. The other end gives up after three times as long. */
const ALIVE = 20_000;
/** Changes of one tick are told together, milliseconds. */
const SETTLE = 50;

interface Stream {
  readonly token: OwnedToken;
  readonly out: TextStream;
  /** What was said last, by AOR. */
  readonly said: Map<string, string>;
  readonly due: Set<string>;
}

export function createPresenceStreams(options: PresenceStreamsOptions): PresenceStreams {
  const { publicState, levelOf, nameOf, onPresence, clock } = options;
  const streams = new Set<Stream>();
  const byPerson = new Map<string, Set<Stream>>();
  const perToken = new Map<string, number>();
  let stopSettling: (() => void) | null = null;

  /** Who may not be read, or is not there, is unknown; whoever blocks the token's maker is offline to their pages. */
  function stateOf(token: OwnedToken, aor: string): EmbedPresence {
    const isAsked = token.people.length === 0 || token.people.includes(aor);
    const known = isAsked ? nameOf(aor) : null;
    if (known === null || nameOf(token.owner) === null) return said(aor, aor.replace(/^sip:/, ''), 'unknown');
    const level = aor === token.owner ? 'public' : levelOf(aor, token.owner);
    if (level === 'blocked' || level === 'ask') return said(aor, known, 'offline');
    return said(aor, known, publicState(aor).availability);
  }

  function tell(stream: Stream, aors: Iterable<string>): void {
    let text = '';
    for (const aor of aors) {
      const line = JSON.stringify(stateOf(stream.token, aor));
      if (stream.said.get(aor) === line) continue;
      stream.said.set(aor, line);
      text += `data: ${line}\n\n`;
    }
    if (text !== '') stream.out.send(text);
  }

  function settle(): void {
    stopSettling = null;
    for (const stream of streams) {
      if (stream.due.size === 0) continue;
      const due = [...stream.due];
      stream.due.clear();
      tell(stream, due);
    }
  }

  const leavePresence = onPresence((aor) => {
    for (const stream of byPerson.get(aor) ?? []) stream.due.add(aor);
    if (byPerson.has(aor)) stopSettling ??= clock.after(SETTLE, settle);
  });

  let stopBeating = clock.after(ALIVE, beat);
  function beat(): void {
    for (const stream of streams) {
      // Also what changed by the clock alone.
      tell(stream, stream.said.keys());
      stream.out.send(': here\n\n');
    }
    stopBeating = clock.after(ALIVE, beat);
  }

  return {
    get size() {
      return streams.size;
    },
    open(token, people) {
      const mine = perToken.get(token.id) ?? 0;
      if (streams.size >= MOST_STREAMS || mine >= MOST_OF_A_TOKEN) return null;
      perToken.set(token.id, mine + 1);
      return (out) => {
        const stream: Stream = { token, out, said: new Map(), due: new Set() };
        streams.add(stream);
        for (const aor of people) {
          const there = byPerson.get(aor) ?? new Set();
          byPerson.set(aor, there.add(stream));
        }
        out.send(': Parley\n\n');
        tell(stream, people);
        return () => {
          streams.delete(stream);
          for (const aor of people) {
            const there = byPerson.get(aor);
            there?.delete(stream);
            if (there?.size === 0) byPerson.delete(aor);
          }
          const left = (perToken.get(token.id) ?? 1) - 1;
          if (left > 0) perToken.set(token.id, left);
          else perToken.delete(token.id);
        };
      };
    },
    end(token) {
      for (const stream of streams) if (stream.token.id === token) stream.out.end();
    },
    stop() {
      leavePresence();
      stopBeating();
      stopSettling?.();
      for (const stream of streams) stream.out.end();
    },
  };
}

function said(aor: string, name: string, availability: Availability): EmbedPresence {
  // Urgent interruptions only, and blocked, are nobody's business outside.
  const shown = availability === 'urgent' ? 'dnd' : availability === 'blocked' ? 'offline' : availability;
  return { aor, name, availability: shown, words: PUBLIC_WORDS[shown] };
}
