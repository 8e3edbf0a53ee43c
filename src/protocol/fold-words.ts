/** Note and place of a person, of whatever their devices and calendar say, and which times are worth showing. */
import type { Presence } from './availability.ts';
import { CLOCK_SKEW } from './choices.ts';
import type { PersonElement } from './data-model.ts';
import type { Pidf, Tuple } from './pidf.ts';

const MAX_WORDS = 500;
/** "Away 28,000,000 min" helps nobody: older times are not shown. */
export const OLDEST = 366 * 24 * 3_600_000;

/**
 * Of the choice by hand, then of the newest person, then whatever the documents carry. What the calendar says is
 * the text of an absence (`absent`) and nobody's own words otherwise.
 */
export function wordsOf(
  documents: readonly Pidf[],
  persons: readonly PersonElement[],
  open: readonly Tuple[],
  chosen: PersonElement | undefined,
  absent: boolean,
): Pick<Presence, 'note' | 'location'> {
  const [planned, own] = [persons.filter(isPlanned), persons.filter((one) => !isPlanned(one))];
  const order = chosen === undefined ? own : [chosen, ...own];
  const notesOf = (all: readonly PersonElement[]): string[] => [
    ...all.flatMap((one) => one.notes.map(({ text }) => text)),
    ...all.flatMap(({ rpid }) => rpid.activities?.note ?? []),
  ];
  const rest = [...documents, ...open].flatMap((one) => one.notes.map(({ text }) => text));
  const said = order.flatMap((one) => one.notes.map(({ text }) => text));
  const note = [...(absent ? notesOf(planned) : []), ...said, ...rest, ...notesOf(order)][0];
  const placed = order.find(({ rpid }) => rpid.location || rpid.placeTypes?.[0])?.rpid;
  const location = placed && (placed.location || placeWords(placed.placeTypes?.[0] ?? ''));
  return {
    ...(note && { note: note.slice(0, MAX_WORDS) }),
    ...(location && { location: location.slice(0, MAX_WORDS) }),
  };
}

function isPlanned({ rpid }: PersonElement): boolean {
  return rpid.calendar === true;
}

/** Location types (RFC 4589) in the words of the product. */
function placeWords(type: string): string {
  if (type === 'residence') return 'Home';
  const words = type.replaceAll('-', ' ');
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

/** A time in the last year, at most now; `undefined` for any other. */
export function recent(ms: number, now: number): number | undefined {
  if (ms <= now - OLDEST || ms > now + CLOCK_SKEW) return undefined;
  return Math.min(ms, now);
}
