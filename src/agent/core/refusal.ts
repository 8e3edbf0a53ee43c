/** What a status of a MESSAGE means for the one who wrote it (reliability.md §7). */

/** `retry`: nothing is known, the same id goes out again. `plain`: the peer takes only plain text. */
export type Verdict =
  { readonly is: 'retry' } | { readonly is: 'plain' } | { readonly is: 'failed'; readonly why: string };

const TEMPORARY: ReadonlySet<number> = new Set([401, 407, 408, 480, 491]);
const OUTSIDE = 'You are not in this conversation any more.';
const FINAL_SERVER: ReadonlySet<number> = new Set([501, 505, 513]);

/** Judges a final answer above 299. `wrapped`: the message went out as CPIM. `byFocus`: it went to a conference. */
export function judgeRefusal(status: number, wrapped: boolean, byFocus = false): Verdict {
  if (byFocus && (status === 403 || status === 404)) return { is: 'failed', why: OUTSIDE };
  if (status === 415 && wrapped) return { is: 'plain' };
  if (TEMPORARY.has(status)) return { is: 'retry' };
  if (status >= 500 && status < 600 && !FINAL_SERVER.has(status)) return { is: 'retry' };
  return { is: 'failed', why: words(status) };
}

function words(status: number): string {
  switch (status) {
    case 403:
      return 'The server does not allow you to write to this person.';
    case 404:
    case 604:
      return 'Nobody has this address. Check it and try again.';
    case 410:
      return 'This address is no longer in use.';
    case 413:
    case 513:
      return 'The message is too long for the server. Send it in parts.';
    case 405:
    case 415:
    case 501:
    case 606:
      return 'The other side cannot take messages. Try a call.';
    case 416:
      return 'The server does not know this kind of address.';
    case 433:
    case 603:
    case 600:
      return 'The message was declined.';
    default:
      return 'The message was not accepted. Try again later.';
  }
}
