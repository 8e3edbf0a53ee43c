/**
 * Transfers inside a call (RFC 3515, RFC 5589): who asks, who is asked, and how it goes.
 *
 *   we ask:      REFER --> <-- 202, <-- NOTIFY 100, 180 ... <-- NOTIFY 200 (done) or 3xx..6xx (failed)
 *   we are asked: REFER --> refused at once, or 202, then NOTIFY of what becomes of the call that follows
 *
 * One at a time either way. No word for 100 s is a failure; so is the end of the dialog.
 */
import type { IncomingNotifyRequest, IncomingReferRequest, Session } from 'sip.js/lib/core/index.js';
import { formatReferTo, parseReferTo } from '../protocol/refer-to.ts';
import { formatSipfrag, parseSipfrag, SIPFRAG_TYPE } from '../protocol/sipfrag.ts';
import { aorOf, parseUri } from '../protocol/sip-uri.ts';
import { mediaType } from './bridge.ts';
import type { CallContext } from './call-context.ts';
import type { Referral, TransferNews, TransferWish } from './contract.ts';

/** Longer than anybody lets ring. Milliseconds. */
const NEWS_LIMIT = 100_000;
/** How long we say that a referral is good for, seconds. */
const TOLD_FOR = 120;

interface Asked {
  /** CSeq of the REFER: what `id` of Event names (RFC 3515 §2.4.6). It rises when the REFER is challenged. */
  readonly seq: () => number;
  readonly news: (news: TransferNews) => void;
  readonly stopTimer: () => void;
}

export class Transferring {
  readonly #context: CallContext;
  readonly #session: Session;
  /** False: it will not be followed. */
  readonly #follow: (referral: Referral) => boolean;
  /** Who is at the far end, when it is not whom the dialog names. */
  readonly #far: string | null;
  #asked: Asked | null = null;
  #isFollowing = false;
  #closed = false;

  constructor(
    context: CallContext,
    session: Session,
    follow: (referral: Referral) => boolean,
    far: string | null,
  ) {
    this.#context = context;
    this.#session = session;
    this.#follow = follow;
    this.#far = far;
  }

  ask(wish: TransferWish, news: (news: TransferNews) => void): void {
    const { clock, contact, identity, log } = this.#context;
    const fail = (status: number, reason: string): void => news({ status, reason, isFinal: true });
    const target = formatReferTo(wish.to, wish.replaces ?? null);
    if (target === null) return fail(416, 'not an address that can be called');
    if (this.#closed || this.#asked) return fail(491, 'a transfer is under way');
    try {
      const extraHeaders = [`Contact: ${contact()}`, `Refer-To: ${target}`, `Referred-By: <${identity.aor}>`];
      const request = this.#session.refer(
        {
          onReject: ({ message }) => this.#told(message.statusCode ?? 500, message.reasonPhrase ?? '', true),
          onRedirect: ({ message }) =>
            this.#told(message.statusCode ?? 302, message.reasonPhrase ?? '', true),
        },
        { extraHeaders },
      );
      this.#asked = {
        seq: () => request.message.cseq,
        news,
        stopTimer: clock.after(NEWS_LIMIT, () => this.#told(0, 'no news', true)),
      };
    } catch (error) {
      log(`REFER not sent: ${String(error)}`);
      fail(500, 'cannot be written');
    }
  }

  notified(request: IncomingNotifyRequest): void {
    const { message } = request;
    const [name, ...params] = (message.getHeader('Event') ?? '').split(';').map((part) => part.trim());
    const id = params.find((part) => /^id=/i.test(part))?.slice(3);
    const asked = this.#asked;
    if (name?.toLowerCase() !== 'refer' || !asked || (id !== undefined && id !== String(asked.seq()))) {
      return void request.reject({ statusCode: 481 });
    }
    const type = mediaType(message.getHeader('Content-Type') ?? '');
    const said = type === SIPFRAG_TYPE ? parseSipfrag(message.body) : null;
    request.accept();
    const isOver = /^\s*terminated\b/i.test(message.getHeader('Subscription-State') ?? '');
    if (said && said.status >= 200) this.#told(said.status, said.reason, true);
    else if (isOver) this.#told(0, 'no more news', true);
    else if (said) this.#told(said.status, said.reason, false);
  }

  referred(request: IncomingReferRequest): void {
    const { message } = request;
    const fields = message.getHeaders('Refer-To');
    // RFC 3515 §2.4.2: exactly one.
    const target = fields.length === 1 ? parseReferTo(fields[0] ?? '') : null;
    if (!target?.ok) return void request.reject({ statusCode: target?.status ?? 400 });
    const by = this.#far ?? aorOf(this.#session.remoteURI.toString());
    if (by === null || this.#isFollowing || this.#closed || !this.#isNear(target.to, by)) {
      return void request.reject({ statusCode: 603 });
    }
    const seq = message.cseq;
    this.#isFollowing = true;
    // What is told before the 202 has left waits for it.
    let early: [number, string][] | null = [];
    const tell = (status: number, reason: string): void => {
      if (early) early.push([status, reason]);
      else this.#notify(seq, status, reason);
    };
    const { to, replaces } = target;
    if (!this.#follow({ to, by, ...(replaces && { replaces }), tell })) {
      this.#isFollowing = false;
      return void request.reject({ statusCode: 603 });
    }
    request.accept({ statusCode: 202, extraHeaders: [`Contact: ${this.#context.contact()}`] });
    const waiting = early;
    early = null;
    this.#notify(seq, 100, 'Trying');
    for (const [status, reason] of waiting) this.#notify(seq, status, reason);
  }

  /** The dialog is over. */
  close(): void {
    this.#closed = true;
    this.#told(0, 'the call is over', true);
  }

  /** In our domain or in that of whoever asks, and not ourselves: we call nobody else in anybody's name. */
  #isNear(target: string, by: string): boolean {
    const { identity } = this.#context;
    const uri = parseUri(target);
    const asker = parseUri(by);
    if (uri?.kind !== 'sip' || asker?.kind !== 'sip') return false;
    if (aorOf(target) === identity.aor && !uri.params.has('gr')) return false;
    return uri.host === identity.domain || uri.host === asker.host;
  }

  #told(status: number, reason: string, isFinal: boolean): void {
    const asked = this.#asked;
    if (!asked) return;
    if (isFinal) {
      asked.stopTimer();
      this.#asked = null;
    }
    asked.news({ status, reason, isFinal });
  }

  #notify(seq: number, status: number, reason: string): void {
    if (status >= 200) this.#isFollowing = false;
    if (this.#closed) return;
    const state = status < 200 ? `active;expires=${TOLD_FOR}` : 'terminated;reason=noresource';
    try {
      this.#session.notify(undefined, {
        extraHeaders: [
          `Contact: ${this.#context.contact()}`,
          `Event: refer;id=${seq}`,
          `Subscription-State: ${state}`,
        ],
        body: {
          contentDisposition: 'render',
          contentType: `${SIPFRAG_TYPE};version=2.0`,
          content: formatSipfrag(status, reason),
        },
      });
    } catch (error) {
      this.#context.log(`NOTIFY not sent: ${String(error)}`);
    }
  }
}
