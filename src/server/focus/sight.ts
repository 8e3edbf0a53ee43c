import type { Aor, Locations, Reach, Reached } from '../sip/contract.ts';

/**
 * Whether somebody has a device here, as far as a watcher may know: not of who has blocked them, appears offline, or has
 * not decided about them.
 */
export function isThereFor(
  locations: Pick<Locations, 'bindings'>,
  reach: () => Reach,
): (watcher: Aor, who: Aor) => boolean {
  return (watcher, who) => {
    if (!isHere(locations, who)) return false;
    if (watcher === who) return true;
    const reached = reach().decide(watcher, who);
    if (!('is' in reached)) return false;
    return reached.is !== 'blocked' && reached.level !== 'ask' && reached.hidden !== true;
  };
}

function isHere(locations: Pick<Locations, 'bindings'>, who: Aor): boolean {
  return locations.bindings(who).some(({ flow }) => flow?.open === true);
}

/**
 * Whether somebody has come, gone, or begun or ceased to appear offline since they were last asked about: presence
 * changes far more often than that. `reached`: what becomes of a question of nobody in particular.
 */
export function createComings(
  locations: Pick<Locations, 'bindings'>,
  reached: (who: Aor) => Reached | Promise<Reached> | undefined,
): (who: Aor) => boolean {
  const seen = new Set<Aor>();
  return (who) => {
    const answer = reached(who);
    const isHidden = answer !== undefined && 'is' in answer && answer.hidden === true;
    const isSeen = !isHidden && isHere(locations, who);
    if (isSeen === seen.has(who)) return false;
    if (isSeen) seen.add(who);
    else seen.delete(who);
    return true;
  };
}
