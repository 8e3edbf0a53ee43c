/** The seams of the server's HTTP side: a module registers routes by prefix and never touches the socket. */
import type { Readable } from 'node:stream';
import type { Aor } from '../sip/contract.ts';

/** A request as a handler sees it. Header names in lower case. */
export interface HttpRequest {
  readonly method: string;
  /** Path and query as sent, undecoded, so that a handler splits before it decodes. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Of the client, also behind a proxy that is trusted. */
  readonly address: string;
  /** Whole body; null when it is larger than `limit` octets (the handler then answers 413). */
  body(limit: number): Promise<Buffer | null>;
  /**
   * Instead of `body`: the body as it comes, no faster than it is read. Throws when the client leaves, or says nothing for
   * `silence` milliseconds.
   */
  octets(silence: number): AsyncIterable<Uint8Array>;
}

/** What goes back. Security headers, Date and Content-Length are added by the server. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Uint8Array;
  /**
   * Instead of `body`: text that goes on for as long as the reader stays. Called once, when the head is out; gives what
   * to do when the reader is gone.
   */
  readonly stream?: (out: TextStream) => () => void;
  /** Instead of `body`: so many octets from somewhere, opened when the head is out; null for none. */
  readonly octets?: { readonly length: number; readonly open: () => Readable | null };
}

/** The server's end of a body without end. */
export interface TextStream {
  /** A reader who does not keep up is cut off. */
  send(text: string): void;
  end(): void;
}

/** Serves every path that begins with `prefix`. The longest prefix wins. A handler that throws answers 500. */
export interface HttpRoute {
  /** `/xcap/`, `/api/push/` */
  readonly prefix: string;
  /** Pages of the origins an administrator listed may use it too. */
  readonly crossOrigin?: boolean;
  handle(request: HttpRequest): Promise<HttpAnswer>;
}

/** Digest (RFC 7616) with the accounts, nonces and failure limits that SIP has. */
export interface HttpAuthenticator {
  /** Who proved the password, or the answer to send back as it is (401 with challenges, 403 after too many failures). */
  authenticate(request: HttpRequest): Promise<{ readonly aor: Aor } | { readonly answer: HttpAnswer }>;
}
