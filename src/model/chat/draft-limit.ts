/** What one message may hold, bytes of UTF-8: with its headers it stays under the 64 KiB a server takes. */
const TEXT_LIMIT = 60_000;

const encoder = new TextEncoder();

/** Why a text cannot be sent as it is, null when it can. Counts bytes only where the text is long enough to matter. */
export function tooLong(text: string): string | null {
  if (text.length * 3 <= TEXT_LIMIT) return null;
  const over = encoder.encode(text).length - TEXT_LIMIT;
  if (over <= 0) return null;
  const shown = over.toLocaleString('en');
  return `This message is ${shown} ${over === 1 ? 'character' : 'characters'} too long. Send it in two parts.`;
}
