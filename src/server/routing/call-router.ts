/**
 * Does what people set for their calls (`protocol/plan-call.ts`), with every page of theirs closed:
 *
 *   caller        proxy              owner's devices      delegates, team
 *     | INVITE -->  | plan             |                     |
 *     |             | ---------------> | rings               |
 *     |             |  n seconds       |                     |
 *     |             | --- History-Info: owner, member -----> | rings too
 *     |             |  m seconds: CANCEL to all              |
 *     | <--- 181    | INVITE on to the next person, whose own plan holds then; or to voicemail (RFC 4458)
 *
 * Whoever rings for somebody else must be reachable for the caller themselves: nobody blocked gets through by forwarding, and
 * nobody in Do not disturb rings for others.
 */
import { USUAL_HANDLING } from '../../protocol/call-handling.ts';
import { type CallPlan, type NextOfCall, planCall, type RingTarget } from '../../protocol/plan-call.ts';
import { changeRequest } from '../../protocol/sip-edit.ts';
import { quote } from '../../protocol/sip-header.ts';
import type { SipResponse } from '../../protocol/sip-message.ts';
import { addressValue } from '../../protocol/sip-writer.ts';
import { NO_PARAMS } from '../../protocol/sip-uri.ts';
import type { RouterFactory, RouterParts } from '../sip/call-router.ts';
import type { Aor, MethodHandler, Reached } from '../sip/contract.ts';
import { createFork, DECLINED, ELSEWHERE, type Fork, type Target } from '../sip/fork.ts';
import type { ServedRequest } from '../sip/server-transaction.ts';
import type { Handlings } from './handlings.ts';
import { type Hop, historyOf } from './history.ts';
import { voicemailAor, voicemailUri } from './voicemail-uri.ts';

/** Persons a call goes to one after the other. */
const MOST_HOPS = 5;

/** What is read here of what people have set. */
type Known = Pick<Handlings, 'of' | 'managersOf'>;

/** Voicemail is whatever serves its address (`voicemail-uri.ts`). */
export function callRouter(handlings: Known): RouterFactory {
  return (parts) => {
    const mailbox = voicemailAor(parts.domain);
    const takes = (handler: MethodHandler): boolean =>
      handler.methods.includes('INVITE') && handler.serves?.(mailbox) === true;
    const voicemail = parts.handlers.find(takes) ?? null;
    return {
      handles: (aor) => handlings.of(aor) !== null,
      managersOf: handlings.managersOf,
      route: (transaction, aor) => routeCall(transaction, aor, { handlings, voicemail, ...parts }),
    };
  };
}

interface Parts extends RouterParts {
  readonly handlings: Known;
  /** Null: this server takes no messages. */
  readonly voicemail: MethodHandler | null;
}
type RingPlan = Extract<CallPlan, { is: 'ring' }>;

/** The person whose plan is being done. */
interface Leg {
  readonly owner: Aor;
  readonly plan: RingPlan;
  /** Rings that are still to begin. */
  later: { readonly targets: readonly RingTarget[]; readonly stop: () => void }[];
  stopUnanswered: () => void;
  isOver: boolean;
}

async function routeCall(transaction: ServedRequest, callee: Aor, parts: Parts): Promise<void> {
  const { clock, domain, users, reach, ringing, handlings, voicemail } = parts;
  const caller = transaction.onBehalfOf ?? transaction.sender;
  const hops: Hop[] = [];
  const stops: (() => void)[] = [];
  let leg: Leg | null = null;

  const fork: Fork = createFork({
    transaction,
    transactions: parts.transactions,
    clock,
    otherwise: 480,
    elsewhere: (answered, other) =>
      answered.owner === other.owner
        ? ELSEWHERE
        : `SIP;cause=200;text=${quote(`Answered by ${nameOf(answered.owner)}`)}`,
    seenAs: (response, { owner }) =>
      owner === callee ? response : withIdentity(response, owner, users.name(owner)),
    onDeclined: (target) => declined(target),
    onExhausted: (refusals) => exhausted(refusals),
    onOver: () => {
      endLeg();
      for (const stop of stops.splice(0)) stop();
    },
  });

  const nameOf = (aor: Aor): string => users.name(aor) ?? aor.slice('sip:'.length);
  /** Somebody has answered, or the caller has given up. */
  const isOver = (): boolean => transaction.answered || transaction.isCancelled;
  const reachedOf = async (aor: Aor): Promise<Reached | null> => {
    if (reach === null) return null;
    const placer = caller === transaction.sender ? null : await reach.decide(transaction.sender, aor);
    return placer?.is === 'blocked' ? placer : reach.decide(caller, aor);
  };
  const endLeg = (): void => {
    if (leg === null) return;
    leg.isOver = true;
    leg.stopUnanswered();
    for (const { stop } of leg.later) stop();
    leg = null;
  };

  const ring = async (targets: readonly RingTarget[], of: Leg): Promise<void> => {
    for (const target of targets) {
      const aor = target.is === 'own' ? of.owner : target.is === 'number' ? null : target.aor;
      // There is no gateway to telephone numbers.
      if (aor === null || !users.exists(aor)) continue;
      if (target.is !== 'own' && (await reachedOf(aor))?.is !== 'yes' && reach !== null) continue;
      if (of.isOver || isOver()) return;
      stops.push(ringing.begin(fork, transaction, aor, historyFor(aor, of.owner)));
    }
  };
  /** Nothing: it rings where it was called. */
  const historyFor = (aor: Aor, owner: Aor): { readonly history?: string } => {
    const been: Hop[] = [...hops, { aor: owner, name: users.name(owner) }];
    if (aor !== owner) been.push({ aor, name: users.name(aor) });
    return been.length === 1 ? {} : { history: historyOf(been) };
  };

  /** False: there is nowhere to go on to, and the best answer of the devices goes back. */
  const goOn = (from: Aor, next: NextOfCall): boolean => {
    if (isOver() || (next.is === 'refuse' && next.reason === undefined)) return false;
    endLeg();
    for (const stop of stops.splice(0)) stop();
    if (next.is === 'refuse') return refuse(next);
    hops.push({ aor: from, name: users.name(from), cause: next.cause });
    if (next.to.is === 'voicemail') return toVoicemail(from, next.cause);
    const aor = next.to.is === 'person' ? next.to.aor : null;
    if (hops.some((hop) => hop.aor === aor)) return refuse({ status: 480, reason: 'Forwarded In A Circle' });
    if (aor === null || hops.length > MOST_HOPS || !users.exists(aor)) return refuse({ status: 480 });
    fork.retire(MOVED_ON);
    transaction.answer({ status: 181 });
    meanwhile(begin(aor));
    return true;
  };
  const refuse = ({ status, reason }: { readonly status: number; readonly reason?: string }): boolean => {
    transaction.answer({ status, ...(reason !== undefined && { reason }) });
    fork.leave(MOVED_ON);
    return true;
  };
  const meanwhile = (work: Promise<void>): void => {
    const release = fork.hold(LOOKING_UP);
    void work.catch(() => refuse({ status: 500 })).finally(release);
  };
  const toVoicemail = (owner: Aor, cause: number): boolean => {
    const uri = voicemailUri(domain, owner, cause);
    const history = historyOf([...hops, { aor: voicemailAor(domain), name: null }]);
    fork.leave(MOVED_ON);
    const request = changeRequest(transaction.request, {
      uri,
      without: ['History-Info'],
      last: [{ name: 'History-Info', value: history }],
    });
    const forwarded = Object.create(transaction, { request: { value: request } }) as ServedRequest;
    void Promise.resolve(voicemail?.handle(forwarded)).catch(() => transaction.answer({ status: 500 }));
    return true;
  };

  /** Whoever declines does so on all of their devices; of the owner the caller hears it, unless something else is set. */
  const declined = ({ owner }: Target): boolean => {
    if (leg === null || (owner === leg.owner && leg.plan.busy === null)) return false;
    fork.retire(DECLINED, (other) => other.owner === owner);
    return owner !== leg.owner || leg.plan.busy === null || goOn(leg.owner, leg.plan.busy);
  };
  const exhausted = (refusals: readonly { readonly owner: Aor; readonly status: number }[]): boolean => {
    if (leg === null) return false;
    const { owner, plan } = leg;
    const isBusy = refusals.some((one) => one.owner === owner && (one.status === 486 || one.status === 600));
    if (isBusy && plan.busy !== null && goOn(owner, plan.busy)) return true;
    const soonest = leg.later.shift();
    if (!soonest) return goOn(owner, plan.unreachable);
    // Nobody rings any more who could be waited for.
    soonest.stop();
    meanwhile(ring(soonest.targets, leg));
    return true;
  };

  const begin = async (owner: Aor): Promise<void> => {
    const plan = await planFor(owner);
    if (isOver()) return;
    if (plan.is !== 'ring') {
      if (!goOn(owner, plan)) refuse({ status: 480 });
      return;
    }
    const now: Leg = { owner, plan, later: [], stopUnanswered: () => undefined, isOver: false };
    leg = now;
    const { unanswered } = plan;
    if (unanswered)
      now.stopUnanswered = clock.after(unanswered.after * 1000, () => goOn(owner, unanswered.next));
    const [first, ...later] = plan.rings;
    now.later = later.map(({ after, targets }) => ({
      targets,
      stop: clock.after(after * 1000, () => {
        now.later = now.later.filter((one) => one.targets !== targets);
        meanwhile(ring(targets, now));
      }),
    }));
    await ring(first?.targets ?? [], now);
  };

  const planFor = async (owner: Aor): Promise<CallPlan> => {
    const reached = await reachedOf(owner);
    const hasDevice = ringing.canRing(transaction, owner);
    return planCall(handlings.of(owner) ?? USUAL_HANDLING, {
      owner,
      caller,
      reach: reached?.is ?? 'yes',
      hasDevice,
      isOffline: !hasDevice || reached?.hidden === true,
      isInCall: reached?.isInCall === true,
      managers: handlings.managersOf(owner),
      hasVoicemail: voicemail !== null,
      hasGateway: false,
      now: clock.now(),
    });
  };

  transaction.answer({ status: 100 });
  await begin(callee);
  fork.start();
}

/** How long deciding may take before a call that rings nowhere ends. */
const LOOKING_UP = 10_000;
const MOVED_ON = 'SIP;cause=302;text="Forwarded"';
/** Who answers, where it is not whom the caller called (RFC 4916, RFC 3325). */
function withIdentity(response: SipResponse, aor: Aor, name: string | null): SipResponse {
  const value = addressValue({ display: name ?? '', uri: aor, params: NO_PARAMS });
  return { ...response, headers: [...response.headers, { name: 'P-Asserted-Identity', value }] };
}
