/** Ids of things that have a number: a letter, since some would take a number for one (RFC 8620 §1.2). */
export function messageId(sequence: number): string {
  return `m${sequence}`;
}
export function callRecordId(sequence: number): string {
  return `c${sequence}`;
}

/** The number in an id of ours; null for any other text. */
export function numberIn(id: string, letter: 'm' | 'c' | 's'): number | null {
  const match = /^([mcs])([1-9]\d{0,14})$/.exec(id);
  return match?.[1] === letter ? Number(match[2]) : null;
}

/** A state as clients see it. */
export function stateText(number: number): string {
  return `s${number}`;
}

/** The number of a state; null when it is none of ours. */
export function stateNumber(state: string): number | null {
  return state === 's0' ? 0 : numberIn(state, 's');
}
