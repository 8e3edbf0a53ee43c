import type { Header } from '../../protocol/sip-message.ts';
import type { Answer, MethodHandler } from './contract.ts';

/** What this server as such can do (RFC 3261 §11.2). */
export function answerOptions(handlers: readonly MethodHandler[]): Answer {
  const methods = new Set(['REGISTER', 'OPTIONS', ...handlers.flatMap((handler) => handler.methods)]);
  const advertised: Header[] = handlers.flatMap((handler) => handler.advertises ?? []);
  return {
    status: 200,
    headers: [
      { name: 'Allow', value: [...methods].join(', ') },
      { name: 'Supported', value: 'path, outbound, gruu' },
      { name: 'Server', value: 'Parley' },
      ...advertised,
    ],
  };
}
