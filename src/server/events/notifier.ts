/**
 * Sends NOTIFYs: one in flight a dialog, at most one a second but for the first, always the last state. A watcher that
 * reads slowly or is away gets nothing until it can, and then what is true by then.
 */
import type { Header } from '../../protocol/sip-message.ts';
import { formatSubscriptionState } from '../../protocol/sip-values.ts';
import { makeRequest } from '../../protocol/sip-writer.ts';
import type { Log } from '../log.ts';
import type { Caller, Clock, Flow, Locations } from '../sip/contract.ts';
import type { EventPackage, Notice } from './event-package.ts';
import { notifyOutcome } from './notify-outcome.ts';
import type { Sending, Subscription, Subscriptions } from './subscriptions.ts';

export interface Notifier {
  /** Something it may see has changed. */
  poke(subscription: Subscription, topic: string): void;
  /** Its device is back: what waited goes out. */
  wake(subscription: Subscription): void;
  /** A SUBSCRIBE came: the full state, now (RFC 6665 §4.2.1.2). */
  owe(subscription: Subscription): void;
  /** Ends it with a last NOTIFY; `content` only for a fetch. */
  terminate(
    subscription: Subscription,
    reason: string,
    options?: { full?: boolean; retryAfter?: number },
  ): void;
}

export interface NotifierOptions {
  readonly packages: ReadonlyMap<string, EventPackage>;
  readonly subscriptions: Subscriptions;
  readonly locations: Locations;
  readonly caller: Caller;
  readonly clock: Clock;
  readonly log: Log;
  /** Our Contact. */
  readonly contact: string;
  /** Called after a subscription was forgotten. */
  readonly ended: (subscription: Subscription) => void;
}

/**
 * RFC 6446 in spirit: a change shows at once, a storm of changes once a second. Two may follow each other closely (state,
 * then note), and what a SUBSCRIBE asked for does not count.
 */
const INTERVAL = 1000;
const BURST = 2;

export function createNotifier(options: NotifierOptions): Notifier {
  const { packages, subscriptions, locations, caller, clock, log, contact, ended } = options;

  const flowOf = ({ target, watcher, flow }: Subscription): Flow | null =>
    locations.flowFor(target, watcher) ?? (flow?.open === true ? flow : null);

  const isLive = (one: Subscription): boolean => subscriptions.get(one.id) === one;

  const forget = (one: Subscription): void => {
    if (!isLive(one)) return;
    subscriptions.remove(one);
    ended(one);
  };

  /** A fault of ours ends the one subscription: its watcher subscribes again. */
  const failed = (one: Subscription, error: unknown): void => {
    log.error('notify-failed', { event: one.package, error });
    forget(one);
  };

  const isBehind = ({ touched, owed }: Sending): boolean => owed || touched === null || touched.size > 0;

  /** Sends now, or makes sure that it will be sent. */
  const schedule = (one: Subscription): void => {
    const { sending } = one;
    if (sending.inFlight || !isBehind(sending)) return;
    const wait = sending.owed ? 0 : sending.nextAt - (BURST - 1) * INTERVAL - clock.now();
    if (wait > 0) sending.cancelTimer ??= clock.after(wait, () => later(one));
    else send(one);
  };
  const later = (one: Subscription): void => {
    one.sending.cancelTimer = null;
    if (isLive(one)) schedule(one);
  };

  const send = (one: Subscription): void => {
    const { sending } = one;
    const flow = flowOf(one);
    // Away: the registration of its device brings it back here.
    if (flow === null) return;
    if (flow.congested === true && !sending.owed) {
      sending.known = undefined;
      sending.cancelTimer ??= clock.after(INTERVAL, () => later(one));
      return;
    }
    const notice = next(one, sending.owed);
    const asked = sending.owed;
    sending.touched = new Set();
    sending.owed = false;
    if (notice === null) return;
    const state = stateOf(one);
    sending.inFlight = true;
    if (!asked) sending.nextAt = Math.max(sending.nextAt, clock.now()) + INTERVAL;
    transmit(one, notice, state, flow)
      .then((sent) => {
        sending.inFlight = false;
        if (isLive(one)) settle(one, notice, notifyOutcome(sent, sending.failures));
      })
      .catch((error: unknown) => failed(one, error));
  };

  const settle = (one: Subscription, notice: Notice, outcome: ReturnType<typeof notifyOutcome>): void => {
    const { sending } = one;
    if (outcome.is === 'over') return forget(one);
    if (outcome.is === 'delivered') {
      sending.failures = 0;
      sending.known = notice.known;
      if (notice.more === true) {
        sending.touched = null;
        sending.nextAt = -Infinity;
      }
      return schedule(one);
    }
    sending.known = undefined;
    sending.touched = null;
    if (outcome.is === 'again') {
      sending.failures += 1;
      // What changes meanwhile waits as well: told at once, it would fail by the same cause and end the subscription.
      sending.nextAt = clock.now() + outcome.after + (BURST - 1) * INTERVAL;
      sending.cancelTimer?.();
      sending.cancelTimer = clock.after(outcome.after, () => later(one));
    } else schedule(one);
  };

  const next = (one: Subscription, full: boolean): Notice | null => {
    const { watcher, resource, version, sending } = one;
    const known = full ? undefined : sending.known;
    const touched = full || known === undefined ? null : sending.touched;
    const pack = packages.get(one.package);
    const access = pack?.access(watcher, resource);
    if (access === 'allow' && pack !== undefined)
      return pack.render({ watcher, resource, version, known, touched });
    // Whoever is blocked politely knows of the same nothing as a watcher of somebody offline.
    const nothing = access === 'polite-block' ? null : access;
    return known === nothing ? null : { content: null, known: nothing };
  };

  const stateOf = (one: Subscription): string => {
    const access = packages.get(one.package)?.access(one.watcher, one.resource);
    const expires = Math.max(0, Math.round((one.expiresAt - clock.now()) / 1000));
    return formatSubscriptionState({ state: access === 'confirm' ? 'pending' : 'active', expires });
  };

  const transmit = async (
    one: Subscription,
    notice: Notice,
    state: string,
    flow: Flow,
  ): ReturnType<Caller['request']> => {
    const pack = packages.get(one.package);
    one.localSeq += 1;
    one.version += 1;
    const headers: Header[] = [
      ...one.route.map((value) => ({ name: 'Route', value })),
      { name: 'Contact', value: `<${contact}>` },
      { name: 'Event', value: (pack?.event ?? '') + (one.eventId === null ? '' : `;id=${one.eventId}`) },
      { name: 'Subscription-State', value: state },
      ...(pack?.requires ?? []).map((value) => ({ name: 'Require', value })),
    ];
    const request = makeRequest({
      method: 'NOTIFY',
      uri: one.target,
      from: one.local,
      to: one.remote,
      callId: one.callId,
      seq: one.localSeq,
      headers,
      ...(notice.content !== null && notice.content),
    });
    return caller.request(request, flow);
  };

  return {
    poke(one, topic) {
      one.sending.touched?.add(topic);
      schedule(one);
    },
    wake: schedule,
    owe(one) {
      one.sending.owed = true;
      schedule(one);
    },
    terminate(one, reason, { full = false, retryAfter } = {}) {
      forget(one);
      const flow = flowOf(one);
      if (flow === null) return;
      const notice = (full ? next(one, true) : null) ?? { content: null, known: null };
      const state = formatSubscriptionState({
        state: 'terminated',
        reason,
        ...(retryAfter !== undefined && { retryAfter }),
      });
      transmit(one, notice, state, flow).catch((error: unknown) => failed(one, error));
    },
  };
}
