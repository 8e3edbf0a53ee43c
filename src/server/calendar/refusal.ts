import type { ReadingAnswer } from './contract.ts';

/** An answer other than the calendar. */
export function refused(status: number): ReadingAnswer {
  const answer = { is: 'failed', why: refusal(status) } as const;
  return status === 401 || status === 403 ? { ...answer, refused: true } : answer;
}

/** HTTP's refusals in words. */
function refusal(status: number): string {
  switch (status) {
    case 401:
      return 'The name or the password is not accepted.';
    case 403:
      return 'The calendar’s server does not allow reading it.';
    case 404:
    case 410:
      return 'There is no calendar at that address.';
    case 429:
    case 503:
      return 'The calendar’s server asks for patience.';
    default:
      return status >= 500
        ? 'The calendar’s server has a fault of its own.'
        : 'The calendar’s server did not hand the calendar out.';
  }
}
