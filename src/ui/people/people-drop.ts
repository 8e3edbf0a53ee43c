/** People on their way from a list to somewhere else in the window. */

/** Addresses, as JSON: only of this kind of page, so that a text from elsewhere is never taken for people. */
export const PEOPLE_TYPE = 'application/x-parley-people';

export function isPeople(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes(PEOPLE_TYPE) === true;
}

/** Whom somebody let fall; none when it is not what it says. */
export function droppedPeople(event: DragEvent): readonly string[] {
  try {
    const value: unknown = JSON.parse(event.dataTransfer?.getData(PEOPLE_TYPE) ?? '');
    return Array.isArray(value)
      ? value.filter((one) => typeof one === 'string' && one.startsWith('sip:'))
      : [];
  } catch {
    return [];
  }
}
