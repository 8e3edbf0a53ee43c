/** What every decoder returns: a value, or a sentence for the log. Bad input is expected and never throws. */
export type Decoded<T> = { readonly ok: true; readonly value: T } | Refusal;

/** `why` is for diagnostics; it never repeats the input. */
export interface Refusal {
  readonly ok: false;
  readonly why: string;
}

/** A decoded value. */
export function decoded<T>(value: T): Decoded<T> {
  return { ok: true, value };
}

/** A refusal with its reason. */
export function refused(why: string): Refusal {
  return { ok: false, why };
}
