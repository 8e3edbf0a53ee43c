import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Aor } from './contract.ts';

/** One side of a dialog: its connection when the dialog began, and whose it is. */
export interface DialogEnd {
  readonly flow: string;
  readonly person: Aor;
}

/** What a Route value of ours says of its dialog. */
export interface DialogMark {
  /** Ids of both connections. */
  readonly flows: readonly [string, string];
  /** Whether this person is one of the two. */
  isEnd(person: Aor): boolean;
  /** Whether these are the two. */
  isBetween(one: Aor, other: Aor): boolean;
}

/**
 * User parts of our Record-Route (RFC 5626 §5.2): the two connections a dialog began on and the two people, sealed, so
 * that nobody can name a stranger's connection or a dialog that never was. They lead on where a Contact is neither a
 * GRUU nor registered.
 */
export interface FlowTokens {
  make(caller: DialogEnd, callee: DialogEnd): string;
  /** Null for a forged token. */
  read(token: string): DialogMark | null;
}

export function createFlowTokens(key: Uint8Array): FlowTokens {
  const seal = (text: string, octets: number): string =>
    createHmac('sha256', key).update(text).digest().subarray(0, octets).toString('base64url');
  const personMark = (person: Aor): string => seal(`person ${person}`, 6);
  return {
    make(caller, callee) {
      const marks = `${personMark(caller.person)}.${personMark(callee.person)}`;
      const text = `${caller.flow}.${callee.flow}.${marks}`;
      return `${text}.${seal(text, 12)}`;
    },
    read(token) {
      const cut = token.lastIndexOf('.');
      const text = token.slice(0, Math.max(0, cut));
      const [one, other, oneMark, otherMark] = text.split('.');
      if (!one || !other || !oneMark || !otherMark || !isEqual(token.slice(cut + 1), seal(text, 12)))
        return null;
      return {
        flows: [one, other],
        isEnd: (person) => [oneMark, otherMark].includes(personMark(person)),
        isBetween(first, second) {
          const [a, b] = [personMark(first), personMark(second)];
          return (a === oneMark && b === otherMark) || (a === otherMark && b === oneMark);
        },
      };
    },
  };
}

function isEqual(given: string, right: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
