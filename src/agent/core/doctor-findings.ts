/** What a server's headers say about it. Pure; every finding is a sentence, codes go into the detail. */
import type { Header } from '../../protocol/sip-message.ts';
import type { DoctorCheck } from '../contract.ts';

export type Finding = DoctorCheck;

interface Answer {
  readonly status: number;
  readonly headers: readonly Header[];
}

/** `options` null: no answer. `registered`: the headers of the 200 to REGISTER. `offersPush`: whether it has a key. */
export function judgeHeaders(
  options: Answer | null,
  registered: readonly Header[],
  gruu: string | null,
  offersPush = false,
): readonly Finding[] {
  const supported = tokens([...(options?.headers ?? []), ...registered], 'Supported');
  const required = tokens(registered, 'Require');
  return [
    judgeServer(options),
    judgeEvents(options),
    judgeOutbound(supported, required, registered),
    {
      id: 'gruu',
      name: 'Devices kept apart',
      ...(gruu === null
        ? { verdict: 'limited', words: 'Calls and messages go to all of your devices, never to one alone.' }
        : { verdict: 'good', words: 'Each of your devices has its own address.', detail: gruu }),
    },
    judgePush(registered, offersPush),
  ];
}

function judgeServer(options: Answer | null): Finding {
  const base = { id: 'options', name: 'Server' };
  if (options === null)
    return { ...base, verdict: 'failed', words: 'The server does not answer questions about itself.' };
  const server = value(options.headers, 'Server') ?? '';
  if (options.status >= 300)
    return {
      ...base,
      verdict: 'limited',
      words: 'The server is there but does not say what it can do.',
      detail: `OPTIONS ${options.status} ${server}`.trim(),
    };
  const allow = tokens(options.headers, 'Allow');
  const noMessages = allow.size > 0 && !allow.has('message');
  return {
    ...base,
    verdict: noMessages ? 'limited' : 'good',
    words: noMessages ? 'The server is there but takes no messages.' : 'The server is there and answers.',
    detail: [server, [...allow].join(' ').toUpperCase()].filter(Boolean).join('; '),
  };
}

function judgeEvents(options: Answer | null): Finding {
  const events = tokens(options?.headers ?? [], 'Allow-Events');
  const base = { id: 'events', name: 'Event packages', detail: [...events].join(' ') };
  if (events.size === 0)
    return { ...base, verdict: 'limited', words: 'The server does not say what it can tell about people.' };
  return events.has('presence')
    ? { ...base, verdict: 'good', words: 'The server knows who is available.' }
    : { ...base, verdict: 'missing', words: 'This server does not know who is available.' };
}

function judgeOutbound(
  supported: ReadonlySet<string>,
  required: ReadonlySet<string>,
  registered: readonly Header[],
): Finding {
  const good = required.has('outbound') || supported.has('outbound');
  return {
    id: 'outbound',
    name: 'Quick return after a lost connection',
    verdict: good ? 'good' : 'limited',
    words: good
      ? 'After a lost connection you are back at once, in the same place.'
      : 'After a lost connection others may reach you only a little later.',
    detail: [...required, value(registered, 'Flow-Timer') ?? ''].join(' ').trim(),
  };
}

/** A server answers about push only where a device asks to be pushed (RFC 8599 §4.1). */
function judgePush(registered: readonly Header[], offersPush: boolean): Finding {
  const caps = registered.filter((one) => one.name === 'Feature-Caps').map((one) => one.value);
  const good = caps.some((one) => /sip\.pns\s*=\s*"?[^"]*webpush/i.test(one));
  return {
    id: 'push',
    name: 'Calls while Parley is closed',
    verdict: good ? 'good' : offersPush ? 'limited' : 'missing',
    words: good
      ? 'Calls and messages reach you while Parley is closed.'
      : offersPush
        ? 'This server can wake Parley. Switch it on in Settings, Notifications.'
        : 'This server cannot wake Parley. Keep a window open to be reached.',
    detail: caps.join('; '),
  };
}

function value(headers: readonly Header[], name: string): string | undefined {
  return headers.find((one) => one.name === name)?.value;
}

function tokens(headers: readonly Header[], name: string): ReadonlySet<string> {
  const all = headers.filter((one) => one.name === name).flatMap((one) => one.value.split(','));
  return new Set(all.map((one) => one.trim().toLowerCase()).filter((one) => one !== ''));
}
