import type { Aor, Locations, Reach } from '../sip/contract.ts';

/**
 * Whether somebody has a device here, as far as a watcher may know: not of who has blocked them, appears offline, or has
 * not decided about them.
 */
export function isThereFor(
  locations: Pick<Locations, 'bindings'>,
  reach: () => Reach,
): (watcher: Aor, who: Aor) => boolean {
  return (watcher, who) => {
    if (!locations.bindings(who).some(({ flow }) => flow?.open === true)) return false;
    if (watcher === who) return true;
    const reached = reach().decide(watcher, who);
    if (!('is' in reached)) return false;
    return reached.is !== 'blocked' && reached.level !== 'ask' && reached.hidden !== true;
  };
}
