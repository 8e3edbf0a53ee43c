/**
 * sip.js's core, reduced to what is taken from it: INVITE transactions, dialogs and the requests inside them. What
 * it writes is made here from checked parts, what it sends goes over our transport, what it is challenged with our
 * authenticator answers.
 */
import { AllowedMethods } from 'sip.js/lib/core/user-agent-core/allowed-methods.js';
import {
  LoggerFactory,
  OutgoingRequestMessage,
  UserAgentCore,
  type Body,
  type Dialog,
  type DigestAuthentication,
  type OutgoingRequestMessageOptions,
  type IncomingRequestMessage,
  type OutgoingResponse,
  type ResponseOptions,
  type Transport,
  type URI,
  type UserAgentCoreConfiguration,
} from 'sip.js/lib/core/index.js';
import { hasControl } from '../protocol/sip-chars.ts';
import { SipWriteError } from '../protocol/sip-writer.ts';
import type { Authenticator, Exchange } from './authenticator.ts';
import type { BridgedChallenge } from './bridge.ts';
import type { Clock } from './contract.ts';
import type { Identity } from './identity.ts';
import { randomToken } from './token.ts';
import { WireUri } from './wire-uri.ts';

export interface DialogCoreOptions {
  readonly identity: Identity;
  readonly clock: Clock;
  readonly authenticator: Authenticator;
  readonly protocol: () => string;
  /** Sends now, or keeps the text until the next registration: a dialog outlives its socket. */
  readonly send: (text: string) => void;
  /** Value of Contact in dialogs. */
  readonly contact: () => string;
  readonly routes: () => readonly string[];
  readonly allow: string;
  readonly userAgent: string;
}

/** Option tags in requests and responses of calls. */
const SUPPORTED = ['100rel', 'outbound', 'gruu', 'replaces', 'timer'];

export class DialogCore extends UserAgentCore {
  readonly #options: DialogCoreOptions;

  constructor(options: DialogCoreOptions) {
    super(configurationFor(options));
    this.#options = options;
    // The declared type is sip.js's own class; the two members of ours are all that it uses of it.
    this.configuration.authenticationFactory = () =>
      new Challenged(options.authenticator, this.dialogs) as unknown as DigestAuthentication;
  }

  /** UPDATE inside a dialog; sip.js has checked its sequence and knows no further. */
  onUpdate: (message: IncomingRequestMessage) => void = (message) => {
    this.replyStateless(message, { statusCode: 481 });
  };

  override replyStateless(message: IncomingRequestMessage, options: ResponseOptions): OutgoingResponse {
    if (message.method !== 'UPDATE' || options.statusCode !== 501)
      return super.replyStateless(message, options);
    this.onUpdate(message);
    return { message: '' };
  }

  override makeOutgoingRequestMessage(
    method: string,
    requestURI: URI,
    fromURI: URI,
    toURI: URI,
    options: OutgoingRequestMessageOptions,
    extraHeaders: string[] = [],
    body?: Body,
  ): OutgoingRequestMessage {
    const { identity, authenticator, routes, userAgent, clock } = this.#options;
    const message = new CheckedRequest(
      method,
      requestURI,
      fromURI,
      toURI,
      {
        callId: randomToken(clock, 4),
        fromTag: randomToken(clock, 2),
        fromDisplayName: escapeQuoted(identity.displayName),
        optionTags: SUPPORTED,
        routeSet: [...routes()],
        userAgentString: userAgent,
        viaHost: identity.host,
        ...options,
      },
      extraHeaders,
      body,
    );
    if (method === 'ACK' || method === 'CANCEL') return message;
    const subject = { method, uri: requestURI.toString(), body: body?.content ?? '' };
    setCredentials(message, authenticator.begin(subject).ahead());
    return message;
  }
}

/** Throws SipWriteError instead of writing a control character into the head of a message. */
class CheckedRequest extends OutgoingRequestMessage {
  override toString(): string {
    const fields = [this.ruri.toRaw(), this.body?.contentType ?? '', ...this.extraHeaders];
    for (const values of Object.values(this.headers)) fields.push(...values);
    if (fields.some(hasControl)) throw new SipWriteError(`Control character in ${this.method}`);
    return super.toString();
  }
}

/** Stands where sip.js keeps its MD5: one for each request, asked at each challenge. */
class Challenged {
  readonly #authenticator: Authenticator;
  readonly #dialogs: ReadonlyMap<string, Dialog>;
  #exchange: Exchange | null = null;
  #line: readonly string[] = [];

  constructor(authenticator: Authenticator, dialogs: ReadonlyMap<string, Dialog>) {
    this.#authenticator = authenticator;
    this.#dialogs = dialogs;
  }

  authenticate(request: OutgoingRequestMessage, challenge: BridgedChallenge): boolean {
    const { method, ruri, callId, fromTag, toTag } = request;
    this.#exchange ??= this.#authenticator.begin({
      method,
      uri: ruri.toString(),
      body: request.body?.body ?? '',
    });
    const fields = this.#exchange.answer(challenge.response);
    if (!fields) return false;
    challenge.stale = false;
    setCredentials(request, fields);
    const name = challenge.response.status === 401 ? 'Authorization' : 'Proxy-Authorization';
    this.#line = fields.filter((field) => field.name === name).map((field) => field.value);
    const dialog = method === 'INVITE' ? undefined : this.#dialogs.get(callId + fromTag + (toTag ?? ''));
    if (dialog) {
      // sip.js adds one to the request and forgets the dialog, whose next request would then repeat the number.
      dialog.incrementLocalSequenceNumber();
      request.cseq = (dialog.localSequenceNumber ?? request.cseq + 1) - 1;
    }
    return true;
  }

  /** Handed to `setHeader`, which takes a list too: several realms are several lines (RFC 3261 §20.7). */
  toString(): string {
    return this.#line as unknown as string;
  }
}

function escapeQuoted(text: string): string {
  return text.replace(/["\\]/g, '\\$&');
}

function setCredentials(
  message: OutgoingRequestMessage,
  fields: readonly { name: string; value: string }[],
): void {
  for (const name of ['Authorization', 'Proxy-Authorization']) {
    const values = fields.filter((field) => field.name === name).map((field) => field.value);
    if (values.length > 0) message.setHeader(name, values);
  }
}

function configurationFor(options: DialogCoreOptions): UserAgentCoreConfiguration {
  const { identity, allow } = options;
  const loggerFactory = new LoggerFactory();
  loggerFactory.builtinEnabled = false;
  const trueAllow = `\r\nAllow: ${allow}\r\n`;
  const fixedAllow = `\r\nAllow: ${AllowedMethods.toString()}\r\n`;
  const transport: Transport = {
    get protocol() {
      return options.protocol();
    },
    send: (text) => {
      // sip.js names a fixed list of methods in its answers, half of which we refuse.
      options.send(text.startsWith('SIP/2.0 ') ? text.replace(fixedAllow, trueAllow) : text);
      return Promise.resolve();
    },
  };
  return {
    aor: new WireUri(identity.aor),
    contact: {
      pubGruu: undefined,
      tempGruu: undefined,
      uri: new WireUri(identity.contact),
      toString: () => options.contact(),
    },
    displayName: escapeQuoted(identity.displayName),
    loggerFactory,
    hackViaTcp: false,
    routeSet: [],
    sipjsId: '',
    supportedOptionTags: SUPPORTED,
    supportedOptionTagsResponse: SUPPORTED,
    userAgentHeaderFieldValue: options.userAgent,
    viaForceRport: false,
    viaHost: identity.host,
    authenticationFactory: () => undefined,
    transportAccessor: () => transport,
  };
}
