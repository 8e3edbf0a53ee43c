/** From and to, both included. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * The one range of octets that is asked for (RFC 9110 §14.2); `whole` for none, several, or one that is not understood;
 * `none` when it lies beyond the end.
 */
export function rangeOf(field: string | undefined, size: number): Range | 'whole' | 'none' {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(field?.trim() ?? '');
  if (!match) return 'whole';
  const [, first = '', last = ''] = match;
  if (first === '') {
    if (last === '') return 'whole';
    const length = Math.min(Number(last), size);
    return length === 0 ? 'none' : { from: size - length, to: size - 1 };
  }
  const from = Number(first);
  const to = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== '' && Number(last) < from) return 'whole';
  return from >= size ? 'none' : { from, to };
}
