/** Message waiting (RFC 3842): how many voice messages an account has. */
import { type Decoded, decoded, refused } from './decoded.ts';

export const MESSAGE_SUMMARY_TYPE = 'application/simple-message-summary';

/** Counts of one message class; `urgent` ones are included. */
export interface MessageCounts {
  readonly unread: number;
  readonly read: number;
  readonly urgentUnread: number;
  readonly urgentRead: number;
}

export interface MessageSummary {
  readonly waiting: boolean;
  readonly account?: string;
  /** By message context class in lower case (`voice-message`, RFC 3458). */
  readonly counts: ReadonlyMap<string, MessageCounts>;
}

const MAX_SIZE = 16 * 1024;

/** Decode `Messages-Waiting: yes` and the lines after it; the optional headers of single messages are ignored. */
export function decodeMessageSummary(text: string): Decoded<MessageSummary> {
  if (text.length > MAX_SIZE) return refused('message summary too large');
  const counts = new Map<string, MessageCounts>();
  let waiting: boolean | undefined;
  let account: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon <= 0) {
      if (line.trim() === '' && waiting !== undefined) break;
      continue;
    }
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === 'messages-waiting') waiting = value.toLowerCase() === 'yes';
    else if (name === 'message-account') account = value;
    else {
      const match = /^(\d{1,9})\s*\/\s*(\d{1,9})(?:\s*\(\s*(\d{1,9})\s*\/\s*(\d{1,9})\s*\))?$/.exec(value);
      if (match)
        counts.set(name, {
          unread: n(match[1]),
          read: n(match[2]),
          urgentUnread: n(match[3]),
          urgentRead: n(match[4]),
        });
    }
  }
  if (waiting === undefined) return refused('message summary without its status line');
  return decoded({ waiting, ...(account && { account }), counts });
}

function n(digits: string | undefined): number {
  return Number(digits ?? 0);
}

/** Encode. */
export function encodeMessageSummary({ waiting, account, counts }: MessageSummary): string {
  const lines = [`Messages-Waiting: ${waiting ? 'yes' : 'no'}`];
  if (account) lines.push(`Message-Account: ${account.replace(/\p{Cc}+/gu, ' ')}`);
  for (const [name, one] of counts) {
    const label = name.replace(/[^a-z-]/g, '').replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
    lines.push(`${label}: ${one.unread}/${one.read} (${one.urgentUnread}/${one.urgentRead})`);
  }
  return lines.join('\r\n') + '\r\n';
}
