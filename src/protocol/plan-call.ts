/**
 * What becomes of one call, decided once by the callee's document and the moment, in this order:
 *
 *   blocked                          480, as if nobody were there (never by forwarding either)
 *   from oneself                     the own devices ring
 *   outside working hours            voicemail, or the own devices alone
 *   Do not disturb, and not Team     delegates who ring answer it, else voicemail (TC3), else 480 "Do Not Disturb"
 *   forward every call               there, unless it is the caller: who forwards to me and is called by me, rings
 *   in a call, with <busy>           there
 *   else ring                        the own devices and those who ring too, each after its seconds
 *
 * A delegate who calls the manager reaches the manager: nobody else rings. Who is offline has nobody ring first: the team
 * rings at once (TC3). While it rings: the callee declines or every device is busy -> `busy`; nothing could ring ->
 * `unreachable`; after its seconds -> `unanswered`. A voicemail for what is unanswered also takes what is declined, what
 * finds no device, and what comes outside working hours, where nothing else is said for these.
 */
import {
  type After,
  type CallHandling,
  type CallTarget,
  WEEKDAYS,
  type WorkingHours,
} from './call-handling.ts';

/** What the server knows of the moment. */
export interface CallSituation {
  /** AORs. */
  readonly owner: string;
  readonly caller: string;
  /** By the owner's access levels and state: `quiet` is Do not disturb, and the caller is not Team. */
  readonly reach: 'yes' | 'quiet' | 'blocked';
  /** A device is registered, or can be woken. */
  readonly hasDevice: boolean;
  /** The owner shows Offline, with or without a device: nobody waits for them. */
  readonly isOffline: boolean;
  readonly isInCall: boolean;
  /** Whose delegate the owner is: never rung in their own stead (TC4). */
  readonly managers: ReadonlySet<string>;
  /** Whether this server takes messages. */
  readonly hasVoicemail: boolean;
  /** Whether this server can call telephone numbers. */
  readonly hasGateway: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export type RingTarget =
  | { readonly is: 'own' }
  | { readonly is: 'delegate' | 'team'; readonly aor: string }
  | { readonly is: 'number'; readonly uri: string };

/** What happens next; `cause` says why it goes on (RFC 4458, RFC 7044). */
export type NextOfCall =
  | { readonly is: 'forward'; readonly to: CallTarget; readonly cause: Cause }
  | { readonly is: 'refuse'; readonly status: number; readonly reason?: string };

type Cause = 302 | 408 | 480 | 486;

export type CallPlan =
  | NextOfCall
  | {
      readonly is: 'ring';
      /** Sorted by `after`; the first ring at once. Never empty. */
      readonly rings: readonly { readonly after: After; readonly targets: readonly RingTarget[] }[];
      /** Null: the caller decides how long. */
      readonly unanswered: { readonly after: After; readonly next: NextOfCall } | null;
      readonly busy: NextOfCall | null;
      readonly unreachable: NextOfCall;
    };

const NOT_THERE: NextOfCall = { is: 'refuse', status: 480 };
const QUIET: NextOfCall = { is: 'refuse', status: 480, reason: 'Do Not Disturb' };

/** Decides; never throws. The document should have passed its check. */
export function planCall(handling: CallHandling, situation: CallSituation): CallPlan {
  const { caller, now, hasVoicemail } = situation;
  if (situation.reach === 'blocked') return NOT_THERE;
  const { hours, ring } = handling;
  const isOutside = hours !== null && !isOpen(hours, now);
  const ends = isOutside ? endsAtNight(handling, situation) : endsOf(handling, situation);
  const own = situation.hasDevice ? [{ after: 0, targets: [{ is: 'own' as const }] }] : [];
  if (caller === situation.owner)
    return planRing(own, { ...ends, busy: null, unreachable: NOT_THERE, unanswered: null });
  if (isOutside && hours.outside === 'voicemail' && hasVoicemail) return toVoicemail(302);
  const isFromDelegate = handling.delegates.includes(caller);
  if (situation.reach === 'quiet') {
    const last = hasVoicemail && takesMessages(handling) ? toVoicemail(480) : QUIET;
    const delegates = isOutside || isFromDelegate ? [] : othersOf(handling, situation, ['delegate']);
    return planRing(atOnce(delegates), { ...ends, unreachable: last });
  }
  if (isOutside || isFromDelegate) return planRing(own, ends);
  const forward = forwardTo(handling.forward, 302, situation);
  if (forward !== null) return forward;
  const busy = forwardTo(handling.busy, 486, situation);
  if (situation.isInCall && busy !== null) return busy;
  const others = othersOf(handling, situation, ['delegate', 'team', 'number']);
  const mine = ring.own ? own : [];
  const isWaitedFor = ring.own && situation.hasDevice && !situation.isOffline;
  return planRing([...mine, ...(isWaitedFor ? others : atOnce(others))], ends);
}

/** The three ends of a call that rings. */
interface Ends {
  readonly busy: NextOfCall | null;
  readonly unreachable: NextOfCall;
  readonly unanswered: { readonly after: After; readonly next: NextOfCall } | null;
}

function endsOf(handling: CallHandling, situation: CallSituation): Ends {
  const { unanswered } = handling;
  const next = forwardTo(unanswered?.to ?? null, 408, situation);
  return {
    busy: forwardTo(handling.busy, 486, situation) ?? messageInstead(handling, situation, 486),
    unreachable:
      forwardTo(handling.unreachable, 480, situation) ??
      messageInstead(handling, situation, 480) ??
      NOT_THERE,
    unanswered: unanswered !== null && next !== null ? { after: unanswered.after, next } : null,
  };
}

/** Outside working hours nothing goes to others; voicemail stays. */
function endsAtNight(handling: CallHandling, situation: CallSituation): Ends {
  const kept = (target: CallTarget | null): CallTarget | null => (target?.is === 'voicemail' ? target : null);
  const { busy, unreachable, unanswered } = handling;
  return endsOf(
    {
      ...handling,
      busy: kept(busy),
      unreachable: kept(unreachable),
      unanswered: unanswered?.to.is === 'voicemail' ? unanswered : null,
    },
    situation,
  );
}

function planRing(rings: readonly Ring[], ends: Ends): CallPlan {
  const first = Math.min(...rings.map(({ after }) => after));
  const sorted = new Map<After, RingTarget[]>();
  for (const { after, targets } of [...rings].sort((a, b) => a.after - b.after)) {
    const at = after - first;
    sorted.set(at, [...(sorted.get(at) ?? []), ...targets]);
  }
  if (sorted.size === 0) return ends.unreachable;
  return { is: 'ring', rings: [...sorted].map(([after, targets]) => ({ after, targets })), ...ends };
}

interface Ring {
  readonly after: After;
  readonly targets: readonly RingTarget[];
}

function atOnce(rings: readonly Ring[]): Ring[] {
  return rings.map(({ targets }) => ({ after: 0, targets }));
}

/** Whoever rings besides the own devices. */
function othersOf(
  { ring, delegates, team }: CallHandling,
  { owner, caller, managers, hasGateway }: CallSituation,
  kinds: readonly RingTarget['is'][],
): Ring[] {
  const rings: Ring[] = [];
  const add = (after: After | null, targets: readonly RingTarget[]): void => {
    if (after !== null && targets.length > 0) rings.push({ after, targets });
  };
  const canRing = (aor: string): boolean => aor !== caller && aor !== owner;
  if (kinds.includes('delegate')) {
    add(
      ring.delegates,
      delegates.filter(canRing).map((aor) => ({ is: 'delegate', aor })),
    );
  }
  if (kinds.includes('team')) {
    const members = team.filter((aor) => canRing(aor) && !managers.has(aor));
    add(
      ring.team,
      members.map((aor) => ({ is: 'team', aor })),
    );
  }
  if (kinds.includes('number') && hasGateway) {
    for (const { uri, after } of ring.numbers) add(after, [{ is: 'number', uri }]);
  }
  return rings;
}

/** Null: it leads nowhere from here, or back to the caller. */
function forwardTo(
  to: CallTarget | null,
  cause: Cause,
  { caller, hasGateway, hasVoicemail }: CallSituation,
): NextOfCall | null {
  if (to === null || (to.is === 'number' && !hasGateway) || (to.is === 'voicemail' && !hasVoicemail))
    return null;
  return to.is === 'person' && to.aor === caller ? null : { is: 'forward', to, cause };
}

function messageInstead(
  { unanswered }: CallHandling,
  situation: CallSituation,
  cause: Cause,
): NextOfCall | null {
  return unanswered?.to.is === 'voicemail' ? forwardTo(unanswered.to, cause, situation) : null;
}

function toVoicemail(cause: Cause): NextOfCall {
  return { is: 'forward', to: { is: 'voicemail' }, cause };
}

/** Whoever has others ring, or messages taken at other times, wants one of those they do not hear (TC3). */
function takesMessages({ busy, unreachable, unanswered, ring, forward }: CallHandling): boolean {
  const targets = [forward, busy, unreachable, unanswered?.to ?? null];
  return (
    ring.team !== null || ring.delegates !== null || targets.some((target) => target?.is === 'voicemail')
  );
}

/** Whether it is working time at that moment; hours that end after midnight belong to the day they began on. */
export function isOpen({ zone, days, from, to }: WorkingHours, now: number): boolean {
  const parts = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone: zone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  }).formatToParts(now);
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? '';
  const today = WEEKDAYS.findIndex((day) => part('weekday').toLowerCase().startsWith(day));
  const minute = Number(part('hour')) * 60 + Number(part('minute'));
  const isWorkday = (index: number): boolean => days.some((day) => day === WEEKDAYS[(index + 7) % 7]);
  if (from < to) return isWorkday(today) && minute >= from && minute < to;
  return (isWorkday(today) && minute >= from) || (isWorkday(today - 1) && minute < to);
}
