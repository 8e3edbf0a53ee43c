/** The SIP user agent of this device: wires the parts and says in what state they are together. */
import { reconnectDelay } from '../protocol/retry.ts';
import { aorOf } from '../protocol/sip-uri.ts';
import { Authenticator } from './authenticator.ts';
import { Calls } from './calls.ts';
import type {
  ConferenceOutcome,
  ConferenceWish,
  MessageOutcome,
  OptionsResult,
  OutgoingMessage,
  Publication,
  PushParams,
  ReferralOutcome,
  ReferralWish,
  SipCall,
  SipConnection,
  SipEvents,
  SipUserAgent,
  Subscription,
  SubscriptionFact,
  SubscriptionOptions,
  UserAgentOptions,
} from './contract.ts';
import { addressOf, fromOf, identityOf, type Identity } from './identity.ts';
import { ALLOW, Incoming } from './incoming.ts';
import { Messaging } from './messaging.ts';
import { PublicationMachine } from './publication.ts';
import { redactMessage } from './redact.ts';
import { Referrals } from './referrals.ts';
import { Registration, type Registered } from './registration.ts';
import { Requests, type RequestOutcome } from './requests.ts';
import { Subscriptions } from './subscriptions.ts';
import { randomToken } from './token.ts';
import { Transport, type TransportState } from './transport.ts';

const PRODUCT = 'Parley';
const OPTIONS_LIMIT = 5_000;

/** `null` when address of record or instance id cannot be used in SIP. */
export function createUserAgent(options: UserAgentOptions, events: SipEvents): SipUserAgent | null {
  const identity = identityOf(options.aor, options.displayName, options.instanceId);
  return identity && new UserAgent(identity, options, events);
}

class UserAgent implements SipUserAgent {
  readonly #identity: Identity;
  readonly #options: UserAgentOptions;
  readonly #events: SipEvents;
  readonly #transport: Transport;
  readonly #requests: Requests;
  readonly #registration: Registration;
  readonly #subscriptions: Subscriptions;
  readonly #publications = new Set<PublicationMachine>();
  readonly #messaging: Messaging;
  readonly #calls: Calls;
  readonly #referrals: Referrals;
  #registered: Registered | null = null;
  /** Registered on the present socket. */
  #online = false;
  #refused = false;

  constructor(identity: Identity, options: UserAgentOptions, events: SipEvents) {
    const { clock, log } = options;
    this.#identity = identity;
    this.#options = options;
    this.#events = events;
    const authenticator = new Authenticator(options.secret, clock);
    const send = (text: string): boolean => this.#send(text);
    const online = (): boolean => this.#online;
    const routes = (): readonly string[] => this.#registered?.serviceRoute ?? [];
    const contact = (): string => this.#contact();
    const protocol = (): string => this.#protocol();
    this.#requests = new Requests({
      clock,
      send,
      authenticator,
      log,
      userAgent: PRODUCT,
      via: () => ({ transport: protocol(), host: identity.host }),
    });
    const shared = { identity, requests: this.#requests, clock, routes, online };
    this.#subscriptions = new Subscriptions({ ...shared, contact });
    this.#referrals = new Referrals({ ...shared, contact });
    this.#messaging = new Messaging({ ...shared, log, deliver: (message) => events.message(message) });
    this.#calls = new Calls({
      identity,
      clock,
      authenticator,
      protocol,
      contact,
      routes,
      online,
      send,
      log,
      allow: ALLOW,
      userAgent: PRODUCT,
      onCall: (call) => this.#tell(() => events.call(call)),
    });
    const incoming = new Incoming({
      ...shared,
      calls: this.#calls,
      messaging: this.#messaging,
      subscriptions: this.#subscriptions,
      referrals: this.#referrals,
      onNotify: (...notice) => this.#tell(() => events.notify(...notice)),
      send,
      userAgent: PRODUCT,
      log,
    });
    this.#registration = new Registration({
      identity,
      requests: this.#requests,
      clock,
      allow: ALLOW,
      onRegistered: (registered, first) => this.#onRegistered(registered, first),
      onRefused: (status, why, wait) => this.#onRefused(status, why, wait),
      onFailed: (why, retryIn, lapsed) => this.#onFailed(why, retryIn, lapsed),
      onDeadSocket: (why) => this.#transport.giveUp(why),
    });
    this.#transport = new Transport({
      servers: options.servers,
      clock,
      openSocket: options.openSocket,
      log,
      delay: reconnectDelay,
      onState: (state) => this.#onTransport(state),
      onMessage: (data) => incoming.receive(data),
      ping: () => this.#request('OPTIONS', `sip:${identity.domain}`, () => undefined),
    });
  }

  get registered(): SipUserAgent['registered'] {
    return this.#registered && { gruu: this.#registered.gruu, headers: this.#registered.headers };
  }

  start(): void {
    this.#refused = false;
    this.#transport.start();
  }

  async stop(ms: number): Promise<void> {
    this.#calls.hangUpAll();
    this.#subscriptions.closeAll();
    const removals = [...this.#publications].map((publication) => publication.remove());
    const done = Promise.all([...removals, this.#registration.unregister()]);
    await new Promise<void>((resolve) => {
      const cancel = this.#options.clock.after(ms, resolve);
      void done.then(() => {
        cancel();
        resolve();
      });
    });
    this.#transport.stop();
    this.#calls.dispose();
  }

  networkChanged(online: boolean): void {
    this.#transport.networkChanged(online);
  }

  probe(): void {
    this.#transport.probe();
  }

  suspect(): void {
    this.#transport.suspect();
  }

  sendMessage(message: OutgoingMessage): Promise<MessageOutcome> {
    return this.#messaging.send(message);
  }

  subscribe(options: SubscriptionOptions, listener: (fact: SubscriptionFact) => void): Subscription {
    return this.#subscriptions.subscribe(options, (fact) => this.#tell(() => listener(fact)));
  }

  publish(event: string, expires: number): Publication {
    const { clock } = this.#options;
    const publication = new PublicationMachine(
      {
        identity: this.#identity,
        requests: this.#requests,
        clock,
        routes: () => this.#registered?.serviceRoute ?? [],
        online: () => this.#online,
      },
      event,
      expires,
    );
    this.#publications.add(publication);
    return publication;
  }

  call(options: Parameters<SipUserAgent['call']>[0]): SipCall {
    return this.#calls.call(options);
  }

  makeConference(wish: ConferenceWish): Promise<ConferenceOutcome> {
    return this.#calls.makeConference(wish);
  }

  refer(wish: ReferralWish): Promise<ReferralOutcome> {
    return this.#referrals.refer(wish);
  }

  options(target = `sip:${this.#identity.domain}`): Promise<OptionsResult | null> {
    return new Promise((resolve) => {
      this.#request('OPTIONS', target, (outcome) => {
        resolve(
          'lost' in outcome ? null : { status: outcome.response.status, headers: outcome.response.headers },
        );
      });
    });
  }

  setPush(params: PushParams | null): void {
    this.#registration.setPush(params);
  }

  #request(method: string, target: string, done: (outcome: RequestOutcome) => void): void {
    const { clock } = this.#options;
    this.#requests.send(
      {
        method,
        uri: target,
        from: fromOf(this.#identity, randomToken(clock, 2)),
        to: addressOf(target),
        callId: randomToken(clock, 4),
        seq: 1,
        headers: [
          { name: 'Contact', value: this.#contact() },
          { name: 'Accept', value: 'application/sdp' },
        ],
        limit: OPTIONS_LIMIT,
      },
      done,
    );
  }

  #send(text: string): boolean {
    this.#options.log(`> ${redactMessage(text)}`);
    return this.#transport.send(text);
  }

  #protocol(): string {
    const state = this.#transport.state;
    return 'address' in state && state.address.startsWith('ws:') ? 'WS' : 'WSS';
  }

  /** RFC 5627: the GRUU when we have one; else our Contact, marked for outbound where the registrar takes it. */
  #contact(): string {
    const registered = this.#registered;
    if (registered?.gruu && aorOf(registered.gruu) !== null) return `<${registered.gruu}>`;
    return `<${this.#identity.contact}${registered?.outbound ? ';ob' : ''}>`;
  }

  #onTransport(state: TransportState): void {
    if (state.is === 'up') {
      this.#registration.socketUp();
      return;
    }
    const why = state.is === 'waiting' ? state.why : 'disconnected';
    if (state.is !== 'opening') this.#socketDown(why);
    if (this.#refused) return;
    if (state.is === 'opening') this.#connection({ is: 'connecting', attempt: state.attempt });
    if (state.is === 'waiting') this.#connection({ is: 'offline', retryAt: state.retryAt, why });
    if (state.is === 'idle') this.#connection({ is: 'offline', retryAt: null, why });
  }

  #socketDown(why: string): void {
    this.#registration.socketDown();
    this.#requests.flowLost(why);
    this.#leaveOnline(why);
  }

  #leaveOnline(why: string): void {
    if (!this.#online) return;
    this.#online = false;
    this.#subscriptions.offline(why);
    for (const publication of this.#publications) publication.offline();
    this.#calls.socketLost(why);
  }

  #onRegistered(registered: Registered, first: boolean): void {
    this.#registered = registered;
    this.#online = true;
    this.#transport.settled();
    const state = this.#transport.state;
    const server = 'address' in state ? state.address : '';
    this.#connection({ is: 'online', server, clockOffset: registered.clockOffset });
    if (!first) return;
    this.#calls.socketBack();
    for (const publication of this.#publications) publication.online();
    this.#subscriptions.online();
  }

  /** While the binding lasts a failed refresh is nobody's business. */
  #onFailed(why: string, retryIn: number, lapsed: boolean): void {
    if (this.#online && !lapsed) return;
    this.#leaveOnline(why);
    this.#connection({ is: 'offline', retryAt: this.#options.clock.now() + retryIn, why });
  }

  #onRefused(status: number, why: string, wait: number | null): void {
    this.#refused = true;
    this.#transport.stop();
    this.#connection({ is: 'refused', status, why, ...(wait !== null && { wait }) });
  }

  #connection(state: SipConnection): void {
    this.#tell(() => this.#events.connection(state));
  }

  #tell(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#options.log(`a listener failed: ${String(error)}`);
    }
  }
}
