/** Event streams (WHATWG HTML §9.2.6), as much of them as our server sends: data lines and comments. */
import type { Availability } from '../protocol/availability.ts';
import type { EmbedPresence } from '../protocol/service-api.ts';

/** Characters of one event; more is nobody we know. */
const LONGEST = 10_000;

/** Takes text as it comes; gives what is whole. Throws when an event has no end. */
export function createEventReader(): (text: string) => EmbedPresence[] {
  let rest = '';
  return (text) => {
    const events = (rest + text).split(/\r?\n\r?\n/);
    rest = events.pop() ?? '';
    if (rest.length > LONGEST) throw new Error('an event without end');
    return events.flatMap((event) => {
      const data = event
        .split(/\r?\n/)
        .flatMap((line) => (line.startsWith('data:') ? [line.slice(5).replace(/^ /, '')] : []))
        .join('\n');
      const read = data === '' ? null : readPresence(data);
      return read ? [read] : [];
    });
  };
}

const STATES: Readonly<Record<Availability, true>> = {
  available: true,
  inactive: true,
  busy: true,
  'busy-inactive': true,
  dnd: true,
  urgent: true,
  away: true,
  oof: true,
  offline: true,
  blocked: true,
  unknown: true,
};

/** One event; null for what is none, so that a newer server's events are passed over. */
export function readPresence(data: string): EmbedPresence | null {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return null;
  }
  const { aor, name, availability, words } = (value ?? {}) as Readonly<
    Record<'aor' | 'name' | 'availability' | 'words', unknown>
  >;
  if (typeof aor !== 'string' || typeof name !== 'string' || typeof words !== 'string') return null;
  if (typeof availability !== 'string' || !Object.hasOwn(STATES, availability)) return null;
  return {
    aor,
    name: name.slice(0, 200),
    availability: availability as Availability,
    words: words.slice(0, 200),
  };
}
