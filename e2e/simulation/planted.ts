/** Faults of the SIP side, planted between the agent and its user agent. */
import type { SipEvents, SipUserAgent, Socket } from '../../src/sip/contract.ts';
import type { Faults } from './faults.ts';

export function plantInSip(
  faults: Faults,
  events: SipEvents,
  make: (events: SipEvents) => SipUserAgent | null,
): SipUserAgent | null {
  const sip = make(faults.answerBeforeStore ? answeringEarly(events) : events);
  if (!sip || (!faults.newIdOnRetry && !faults.unknownIsSent)) return sip;
  const send: SipUserAgent['sendMessage'] = async (message) => {
    const retry = faults.newIdOnRetry && message.cseq > 1;
    const other = `${message.callId}-${message.cseq}`;
    const outcome = await sip.sendMessage(
      retry
        ? { ...message, callId: other, body: message.body.replace(/(Message-ID: ).*/, `$1${other}`) }
        : message,
    );
    if (faults.unknownIsSent && outcome.is === 'unknown') return { is: 'accepted', status: 202, headers: [] };
    return outcome;
  };
  return new Proxy(sip, {
    get(target, name) {
      if (name === 'sendMessage') return send;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

function answeringEarly(events: SipEvents): SipEvents {
  return {
    connection: (state) => {
      events.connection(state);
    },
    call: (call) => {
      events.call(call);
    },
    notify: (...notice) => {
      events.notify(...notice);
    },
    message(message) {
      void events.message(message);
      return Promise.resolve(200);
    },
  };
}

/** A socket that answers keep-alives for the server, whether it is there or not. */
export function plantInSocket(faults: Faults, socket: Socket): Socket {
  if (!faults.believesSilence) return socket;
  const { send } = socket;
  return Object.assign(socket, {
    send(text: string) {
      if (text === '\r\n\r\n') queueMicrotask(() => socket.onmessage?.('\r\n'));
      else send(text);
    },
  });
}
