import { CONTRACT, type Boot } from '../agent/contract.ts';
import { readShown } from '../store/shown.ts';

/** What a window is opened on while the agent wakes, and the stamp of the contact list in it. */
export interface KeptBoot {
  readonly boot: Boot;
  readonly list: string;
}

/**
 * The window of whoever stayed signed in, as far as this browser knows it without asking anybody: nobody's presence is
 * known and nothing is connected, as the agent says at its start. Null: the agent has to be waited for. `now` in
 * milliseconds.
 */
export async function readKeptBoot(now: number): Promise<KeptBoot | null> {
  const shown = await readShown();
  if (!shown) return null;
  const { account, contacts, conversations, clockOffset } = shown;
  const { list, access, stamp } = contacts;
  if (access === undefined || stamp === undefined) return null;
  // A state or a note whose time is over is the agent's to take back.
  const ends = [account.manualUntil, account.noteUntil, account.presence.until];
  if (ends.some((end) => end !== undefined && end <= now + clockOffset)) return null;
  const boot: Boot = {
    ...{ contract: CONTRACT, account, contacts: list, conversations, access, clockOffset },
    connection: { is: 'connecting', since: now, attempt: 1 },
    history: { kept: 'unknown', retentionDays: 0, isWhole: true },
    ...{ presence: [], watchers: [], calls: [], elsewhere: [], transfers: [] },
  };
  return { boot, list: stamp };
}
