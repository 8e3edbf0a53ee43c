/** The conference factory and every focus of this server (RFC 4353, RFC 4579), put together. */
import type { Events } from '../events/events.ts';
import { topicOf } from '../events/event-package.ts';
import type { HttpAuthenticator, HttpRoute } from '../http/contract.ts';
import type { Log } from '../log.ts';
import type { Delivery } from '../messages/delivery.ts';
import type { Metrics } from '../metrics.ts';
import type {
  Aor,
  Caller,
  Clock,
  Domain,
  MethodHandler,
  Reach,
  ServerTransaction,
  Users,
  Wake,
} from '../sip/contract.ts';
import type { LocationTable } from '../sip/locations.ts';
import { createAdmission } from './admission.ts';
import { refusalAnswer } from './conference.ts';
import { CONFERENCE } from './conference-package.ts';
import { conferenceRoutes } from './conference-routes.ts';
import { stranger, type Conferences, type Mailed } from './conferences.ts';
import { createDialogs } from './dialogs.ts';
import { createFocusMessages } from './focus-message.ts';
import { describe, inviteFactory, inviteFocus } from './inviting.ts';
import { createFanOutPace } from './pace.ts';
import { refer } from './referring.ts';
import { createComings } from './sight.ts';

export interface FocusOptions {
  readonly conferences: Conferences;
  readonly events: Pick<Events, 'changed' | 'onPresence' | 'onRules'>;
  readonly delivery: Delivery;
  readonly locations: LocationTable;
  readonly users: Users;
  readonly domain: Domain;
  readonly caller: Caller;
  readonly clock: Clock;
  readonly reach: Reach | null;
  readonly wake: Wake | null;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface Focus {
  /** Where INVITE makes a conversation. */
  readonly factory: string;
  /** For the factory and the focuses alone; SUBSCRIBE goes to the event packages. */
  readonly handlers: readonly MethodHandler[];
  routes(authenticator: HttpAuthenticator): HttpRoute[];
}

export function createFocus(options: FocusOptions): Focus {
  const { conferences, events, delivery, locations, users, domain, caller, clock, reach, wake, log } =
    options;
  const factory = `sip:conference-factory@${domain.name}`;
  const dialogs = createDialogs();
  const hasPace = createFanOutPace(clock);
  const shared = { conferences, dialogs, admit: createAdmission(domain, users), domain, caller, hasPace };
  const takeMessage = createFocusMessages({ ...options, hasPace });
  const missed = options.metrics.counter(
    'parley_conference_missed',
    'Copies of messages to conversations for which a mailbox had no room',
  );
  options.metrics.gauge('parley_conferences', 'Conversations of several people', () => conferences.count);
  options.metrics.gauge('parley_conference_dialogs', 'INVITE dialogs of focuses', () => dialogs.count);

  const rouse = async ({ focus: group, sender, callId, owners }: Mailed): Promise<void> => {
    for (const owner of owners) {
      if (owner === sender) continue;
      const asleep = locations.bindings(owner).filter(({ push, flow }) => push && !flow?.open);
      if (asleep.length === 0 || (await reach?.decide(sender, owner))?.is === 'quiet') continue;
      wake?.wake(owner, { kind: 'message', from: sender, group, callId, bindings: asleep });
    }
  };
  conferences.onMailed((mailed) => {
    for (const owner of mailed.owners) delivery.kick(owner);
    if (mailed.without.length > 0) missed.add('', mailed.without.length);
    if (mailed.wakes) rouse(mailed).catch((error: unknown) => log.error('wake-failed', { error }));
  });

  conferences.onChange((focus) => {
    const topic = topicOf(CONFERENCE, focus);
    events.changed(topic, topic);
  });
  /** They may be there, or seen by others than before. */
  const seenAnew = (aor: Aor): void => {
    for (const focus of conferences.of(aor)) events.changed(topicOf(CONFERENCE, focus), aor);
  };
  const hasComeOrGone = createComings(locations, (aor) => reach?.decide(factory, aor));
  const lookAt = (aor: Aor): void => {
    if (hasComeOrGone(aor)) seenAnew(aor);
  };
  locations.onRegistered(lookAt);
  locations.onGone(lookAt);
  events.onPresence(lookAt);
  events.onRules(seenAnew);

  const serveFocus = (transaction: ServerTransaction, focus: Aor): void | Promise<void> => {
    const { request, sender } = transaction;
    switch (request.method) {
      case 'INVITE':
        return inviteFocus(transaction, focus, shared);
      case 'BYE':
        return transaction.answer({ status: dialogs.end(request, sender) ? 200 : 481 });
      case 'REFER':
        return refer(transaction, focus, shared);
      case 'MESSAGE':
        return takeMessage(transaction, focus);
      default: {
        const standing = conferences.standing(focus, sender);
        if (standing === 'none') return transaction.answer(refusalAnswer(stranger(standing), domain.name));
        return transaction.answer({ status: 200, headers: describe(focus) });
      }
    }
  };

  return {
    factory,
    handlers: [
      {
        methods: ['INVITE', 'OPTIONS'],
        supports: ['recipient-list-invite'],
        serves: (aor) => aor === factory,
        handle: (transaction) =>
          transaction.request.method === 'INVITE'
            ? inviteFactory(transaction, shared)
            : transaction.answer({ status: 200, headers: describe(factory) }),
      },
      {
        methods: ['INVITE', 'BYE', 'REFER', 'MESSAGE', 'OPTIONS'],
        supports: ['recipient-list-invite', 'norefersub'],
        serves: isFocus,
        handle: (transaction) => serveFocus(transaction, domain.aorOf(transaction.request.uri) ?? ''),
      },
    ],
    routes: (authenticator) =>
      conferenceRoutes({
        conferences,
        nameOf: users.name,
        isBlocked(who, other) {
          const reached = reach?.decide(other, who);
          return reached !== undefined && 'is' in reached && reached.is === 'blocked';
        },
        authenticator,
      }),
  };
}

/** 128 random bits: nobody guesses one, and no account has such a name. */
function isFocus(aor: Aor): boolean {
  return /^sip:conf-[0-9a-f]{32}@/.test(aor);
}
