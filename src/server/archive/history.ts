/** The server side of history, put together: what is kept, and the routes that read it. */
import type { FilePolicy } from '../../protocol/history-api.ts';
import type { JsonObject } from '../../protocol/jmap.ts';
import type { HttpAuthenticator, HttpRoute } from '../http/contract.ts';
import type { Log } from '../log.ts';
import type { Writer } from '../store/database.ts';
import type { Archive } from './archive.ts';
import { callMethods } from './call-methods.ts';
import { conversationMethods } from './conversation-methods.ts';
import { jmapRoutes } from './jmap-route.ts';
import { messageMethods } from './message-methods.ts';
import { messageReader } from './message-reader.ts';

export interface HistoryOptions {
  readonly archive: Archive;
  readonly writer: Writer;
  readonly files: FilePolicy;
  readonly nameOf: (aor: string) => string | null;
  readonly authenticator: HttpAuthenticator;
  readonly now: () => number;
  readonly log: Log;
}

/** `/api/jmap` and `/api/jmap/session` with all their methods. */
export function historyRoutes(options: HistoryOptions): readonly HttpRoute[] {
  const { archive, writer, now } = options;
  const { ledger, conversations, calls, policy } = archive;
  const messages = messageReader(writer.database);
  const methods = {
    // RFC 8620 §4: to see whether requests get through.
    'Core/echo': (args: JsonObject) => args,
    ...messageMethods(ledger, messages),
    ...conversationMethods({ ledger, conversations, messages, writer, now }),
    ...callMethods({ ledger, calls, writer }),
  };
  return jmapRoutes({ ...options, methods, policy });
}
