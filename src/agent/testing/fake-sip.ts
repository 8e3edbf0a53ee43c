/** A SIP layer that does what a test says. */
import type { Replaces } from '../../protocol/replaces.ts';
import type {
  CallFact,
  ConferenceOutcome,
  ConferenceWish,
  IncomingMessage,
  MediaPort,
  MessageOutcome,
  OutgoingMessage,
  Referral,
  ReferralOutcome,
  ReferralWish,
  SipCall,
  SipConnection,
  SipEvents,
  SipUserAgent,
  SubscriptionFact,
  SubscriptionOptions,
  TransferNews,
  UserAgentOptions,
} from '../../sip/contract.ts';

export interface FakeCall extends SipCall {
  readonly did: string[];
  media: MediaPort | null;
  /** What a call of ours was to take the place of. */
  replaced: Replaces | null;
  /** In whose name a call of ours is made. */
  behalf: string | null;
  /** What the far end says of the transfer that it was asked for. */
  news: (news: TransferNews) => void;
  /** The far end asks for a transfer. */
  refers: (referral: Referral) => boolean;
  /** The network says something about this call. */
  says(fact: CallFact): void;
}

export interface FakeSip extends SipUserAgent {
  readonly options_: UserAgentOptions;
  readonly sent: OutgoingMessage[];
  readonly did: string[];
  readonly calls: FakeCall[];
  readonly published: string[];
  /** Open subscriptions by target and event. */
  readonly subscriptions: Map<string, (fact: SubscriptionFact) => void>;
  /** What the next MESSAGE is answered with; a promise may hang. */
  answer: (message: OutgoingMessage) => MessageOutcome | Promise<MessageOutcome>;
  readonly conferences: ConferenceWish[];
  readonly referrals: ReferralWish[];
  /** What the factory says. */
  factory: (wish: ConferenceWish) => ConferenceOutcome;
  /** What a focus says to a REFER. */
  focus: (wish: ReferralWish) => ReferralOutcome;
  connect(state?: SipConnection): void;
  receive(message: Partial<IncomingMessage>): Promise<number>;
  rings(call: Partial<SipCall>): FakeCall;
}

const ONLINE: SipConnection = { is: 'online', server: 'ws://x.test/sip', clockOffset: 0 };
export const ACCEPTED: MessageOutcome = { is: 'accepted', status: 202, headers: [] };

export function fakeSip(options: UserAgentOptions, events: SipEvents): FakeSip {
  let serial = 0;
  const sip: FakeSip = {
    options_: options,
    ...{ sent: [], did: [], calls: [], published: [], subscriptions: new Map() },
    ...{ conferences: [], referrals: [] },
    registered: null,
    answer: () => ACCEPTED,
    factory: () => ({ is: 'made', focus: 'sip:conf-1@x.test' }),
    focus: () => ({ is: 'accepted' }),
    connect(state = ONLINE) {
      events.connection(state);
    },
    receive: (message) =>
      events.message({
        ...{
          from: 'sip:ben@x.test',
          fromName: 'Ben',
          to: options.aor,
          contentType: 'text/plain',
          body: 'Hi',
        },
        ...{ callId: `in-${++serial}`, cseq: 1, date: null, headers: [] },
        ...message,
      }),
    rings(given) {
      const call = fakeCall({ direction: 'in', ...given }, `ring-${++serial}`);
      events.call(call);
      return call;
    },
    start: () => void sip.did.push('start'),
    stop: () => {
      sip.did.push('stop');
      return Promise.resolve();
    },
    networkChanged: (online) => void sip.did.push(`network ${online}`),
    probe: () => void sip.did.push('probe'),
    suspect: () => void sip.did.push('suspect'),
    async sendMessage(message) {
      sip.sent.push(message);
      return sip.answer(message);
    },
    subscribe({ target, event }: SubscriptionOptions, listener) {
      const key = `${event} ${target}`;
      sip.subscriptions.set(key, listener);
      return { close: () => void sip.subscriptions.delete(key) };
    },
    publish: () => ({
      set: (_type, body) => void sip.published.push(body),
      remove: () => {
        sip.did.push('unpublish');
        return Promise.resolve();
      },
      lastStatus: 200,
    }),
    call({ to, media, video, replaces, behalf }) {
      const call = fakeCall({ peer: to, offersVideo: video, direction: 'out' }, `call-${++serial}`);
      call.media = media;
      call.replaced = replaces ?? null;
      call.behalf = behalf ?? null;
      sip.calls.push(call);
      return call;
    },
    makeConference(wish) {
      sip.conferences.push(wish);
      return Promise.resolve(sip.factory(wish));
    },
    refer(wish) {
      sip.referrals.push(wish);
      return Promise.resolve(sip.focus(wish));
    },
    options: () => Promise.resolve({ status: 200, headers: [{ name: 'Allow-Events', value: 'presence' }] }),
    setPush: (params) => void sip.did.push(`push ${params?.prid ?? 'none'}`),
  };
  return sip;
}

function fakeCall(given: Partial<SipCall>, id: string): FakeCall {
  const listeners: ((fact: CallFact) => void)[] = [];
  const call: FakeCall = {
    ...{ id, peer: 'sip:ben@x.test', peerName: 'Ben', direction: 'in', offersVideo: false, subject: '' },
    offer: '',
    headers: [],
    ...{ dialog: null, replaces: null },
    did: [],
    media: null,
    replaced: null,
    behalf: null,
    news: () => undefined,
    refers: () => false,
    says(fact) {
      for (const listener of listeners) listener(fact);
    },
    onFact: (listener) => void listeners.push(listener),
    accept(media, { video }) {
      call.did.push(`accept ${video ? 'video' : 'audio'}`);
      call.media = media;
      return Promise.resolve();
    },
    reject(status) {
      call.did.push(`reject ${status}`);
      call.says({ is: 'ended', by: 'us', status, reason: '', elsewhere: false });
    },
    redirect(to) {
      call.did.push(`redirect ${to}`);
      call.says({ is: 'ended', by: 'us', status: 302, reason: '', elsewhere: false });
    },
    transfer(wish, news) {
      call.did.push(`transfer ${wish.to} ${wish.replaces?.callId ?? ''}`.trim());
      call.news = news;
    },
    onReferral: (follow) => void (call.refers = follow),
    hangUp() {
      call.did.push('hang up');
      call.says({ is: 'ended', by: 'us', status: null, reason: '', elsewhere: false });
    },
    renegotiate: ({ iceRestart }) => {
      call.did.push(iceRestart ? 'ice restart' : 'renegotiate');
      return Promise.resolve({ ok: true });
    },
    ...given,
  };
  return call;
}
