/** Log lines without what must not be written down: credentials, bodies, push keys (reliability.md §5). */

const SECRET = /^((?:Proxy-)?Authorization|Authentication-Info)[ \t]*:.*$/gim;
const PUSH = /;pn-(prid|param)=[^;>\s]*/gi;

/** A SIP message as far as it may be logged: head only, credentials and push addresses struck out. */
export function redactMessage(text: string): string {
  const end = text.indexOf('\r\n\r\n');
  const head = end < 0 ? text : text.slice(0, end);
  const size = end < 0 ? 0 : text.length - end - 4;
  const struck = head.replace(SECRET, '$1: [struck out]').replace(PUSH, ';pn-$1=[struck out]');
  return size > 0 ? `${struck}\r\n[body of ${size} characters]` : struck;
}
