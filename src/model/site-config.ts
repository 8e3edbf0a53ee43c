/** `/config.json`, as it is now and as this browser last heard it. */
import type { Config } from '../agent/contract.ts';
import { omit } from '../store/omit.ts';

const KEY = 'parley.config';

/** What the site said last; null: nothing is kept. A window is shown on it while the site is asked again. */
export function keptConfig(storage: Storage | null): Config | null {
  try {
    const kept: unknown = JSON.parse(storage?.getItem(KEY) ?? 'null');
    return typeof kept === 'object' ? (kept as Config | null) : null;
  } catch {
    return null;
  }
}

/**
 * What the administrator set. Without the file Parley still works: the server is found from the address. Null: the site
 * does not answer with one.
 */
export async function readConfig(storage: Storage | null): Promise<Config | null> {
  try {
    const answer = await fetch('/config.json');
    if (!answer.ok) return null;
    const config = (await answer.json()) as Config;
    keep(storage, config);
    return config;
  } catch {
    return null;
  }
}

/** Without what opens a relay, which is no matter for this place. Where there is no room, the next window waits for the site. */
function keep(storage: Storage | null, config: Config): void {
  try {
    storage?.setItem(KEY, JSON.stringify(omit(config, 'iceServers')));
  } catch {
    storage?.removeItem(KEY);
  }
}
