/** Which call-handling documents are refused, by the server when they are put and by the settings page before that. */
import { type CallHandling, type CallTarget } from './call-handling.ts';

/** Of delegates, and of a team-call group (features.md TC1). */
const MAX_PEOPLE = 25;
const MAX_NUMBERS = 5;
/** Seconds before others ring, or a call goes on unanswered. A caller waits no longer. */
const MAX_AFTER = 180;

/** `says` is a sentence for whoever chose it; `who` is whom it is about. */
export interface HandlingFault {
  readonly is:
    'oneself' | 'twice' | 'two-roles' | 'manager-in-team' | 'too-many' | 'seconds' | 'hours' | 'nobody-rings';
  readonly says: string;
  readonly who?: string;
}

/**
 * What is wrong with the handling of `owner`'s calls; null: nothing. `managers` are those who have named `owner` their
 * delegate: a delegate does not have a manager ring in the manager's stead (TC4).
 */
export function checkCallHandling(
  handling: CallHandling,
  owner: string,
  managers: ReadonlySet<string>,
): HandlingFault | null {
  const { forward, busy, unreachable, unanswered, ring, delegates, team } = handling;
  const targets = [forward, busy, unreachable, unanswered?.to ?? null];
  if ([...targets.map(personOf), ...delegates, ...team].includes(owner)) {
    return { is: 'oneself', who: owner, says: 'Calls to you cannot be passed on to yourself.' };
  }
  if (delegates.length > MAX_PEOPLE || team.length > MAX_PEOPLE) {
    return { is: 'too-many', says: `At most ${MAX_PEOPLE} delegates, and ${MAX_PEOPLE} people in the team.` };
  }
  if (ring.numbers.length > MAX_NUMBERS) {
    return { is: 'too-many', says: `At most ${MAX_NUMBERS} numbers can ring.` };
  }
  const again = twice(delegates) ?? twice(team) ?? twice(ring.numbers.map(({ uri }) => uri));
  if (again !== null) return { is: 'twice', who: again, says: `${again} is there twice.` };
  const both = team.find((aor) => delegates.includes(aor));
  if (both !== undefined) {
    return { is: 'two-roles', who: both, says: `${both} is a delegate and cannot be in the team as well.` };
  }
  const manager = team.find((aor) => managers.has(aor));
  if (manager !== undefined) {
    const says = `You are a delegate of ${manager}, who cannot be in your team.`;
    return { is: 'manager-in-team', who: manager, says };
  }
  return wrongTimes(handling) ?? (ringsNobody(handling) ? NOBODY : null);
}

const NOBODY: HandlingFault = {
  is: 'nobody-rings',
  says: 'Nobody would ring: choose delegates, a team or a number, or let your own devices ring.',
};

function ringsNobody({ forward, ring, delegates, team }: CallHandling): boolean {
  if (forward !== null) return false;
  const byDelegates = ring.delegates !== null && delegates.length > 0;
  const byTeam = ring.team !== null && team.length > 0;
  return !ring.own && !byDelegates && !byTeam && ring.numbers.length === 0;
}

function wrongTimes({ unanswered, ring, hours }: CallHandling): HandlingFault | null {
  const afters = [ring.delegates, ring.team, ...ring.numbers.map(({ after }) => after)];
  if (afters.some((after) => after !== null && after > MAX_AFTER) || (unanswered?.after ?? 0) > MAX_AFTER) {
    return { is: 'seconds', says: `A call waits ${MAX_AFTER} seconds at most.` };
  }
  if (unanswered?.after === 0) return { is: 'seconds', says: 'A call must ring for a second at least.' };
  const isEmpty = hours !== null && (hours.days.length === 0 || hours.from === hours.to);
  return isEmpty ? { is: 'hours', says: 'The working hours have no day, or no length.' } : null;
}

function personOf(target: CallTarget | null): string | null {
  return target?.is === 'person' ? target.aor : null;
}

function twice(all: readonly string[]): string | null {
  return all.find((one, at) => all.indexOf(one) !== at) ?? null;
}
