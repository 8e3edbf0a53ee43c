/**
 * Publishes the account's own state, keeps this person's devices of one mind, and shows the tabs what comes of it:
 *
 *   chosen here --------------> published, and written for the time without a page (hard-state.ts)
 *   chosen on another device --> heard from the server, adopted when it is newer, published here too
 */
import type { ShownLevel } from '../protocol/access-levels.ts';
import type { Presence } from '../protocol/availability.ts';
import { type Choices, newestChoices } from '../protocol/choices.ts';
import type { CustomState } from '../protocol/custom-states.ts';
import { customWords } from '../protocol/custom-words.ts';
import { IDLE_TIMES, type OwnState } from '../protocol/own-activities.ts';
import type { ParkedCall } from '../protocol/parked-call.ts';
import { decodePidf, encodePidf, PIDF_TYPE, type Pidf } from '../protocol/pidf.ts';
import { hardStateDocument, publishedDocument } from '../protocol/published-document.ts';
import type { Publication, SipUserAgent } from '../sip/contract.ts';
import {
  adopted,
  lastInputOf,
  nextChange,
  withoutExpired,
  type Chosen,
  type TabActivity,
} from './core/own-state.ts';
import { choicesIn, ownView, withoutDevice } from './core/own-view.ts';
import type { Env } from './env.ts';
import type { HardState } from './hard-state.ts';
import { createOwnWatch } from './own-watch.ts';
import type { ServerTime } from './server-time.ts';

export interface OwnPresence {
  readonly chosen: () => Chosen;
  /** Over all devices, as Personal sees it. */
  readonly presence: () => Presence;
  /** The same as this device would begin with if it were started now. */
  readonly resting: () => Presence;
  readonly publication: () => Publication | null;
  /** What a watcher of that level is shown; null for those who are shown nothing. */
  seenBy(level: ShownLevel | null): Presence;
  /** A choice by hand. What it names is stamped with the time of now. */
  choose(change: Partial<Chosen>): void;
  activity(tab: string, report: TabActivity): void;
  tabGone(tab: string): void;
  setCall(call: OwnState['call'] | null, parked: readonly ParkedCall[]): void;
  /** The server keeps levels apart, or not; the organisation's states are others. */
  offersChanged(): void;
  online(sip: SipUserAgent): void;
  /** Takes the publication back. */
  leave(): Promise<void>;
  stop(): void;
}

export interface OwnPresenceDeps {
  readonly env: Env;
  readonly time: ServerTime;
  readonly me: { readonly aor: string; readonly instanceId: string };
  readonly device: () => { readonly mobile: boolean; readonly kiosk: boolean };
  readonly start: Chosen;
  /** Null on a server without XCAP. */
  readonly hardState: HardState | null;
  readonly levelsKept: () => boolean;
  readonly customStates: () => readonly CustomState[];
  /** Something others see or that must be kept has changed. */
  readonly changed: (chosen: Chosen) => void;
}

const EXPIRES = 3600;

export function createOwnPresence(deps: OwnPresenceDeps): OwnPresence {
  const { env, time, me } = deps;
  const tabs = new Map<string, TabActivity>();
  const since = time.now();
  let chosen = withoutExpired(deps.start, since);
  let call: OwnState['call'] | null = null;
  let parked: readonly ParkedCall[] = [];
  let others: Pidf | null = null;
  let publication: Publication | null = null;
  let sip: SipUserAgent | null = null;
  let published = '';
  let shown = '';
  let presence: Presence = ownView(document(), null, false, 'personal', since);
  let cancelTimer = (): void => undefined;
  const watch = createOwnWatch(env, me.aor, heard);

  /** `isAtRest`: as on a device that has just been started, with nobody at it and no call up. */
  function own(isAtRest = false): OwnState {
    const now = time.now();
    const { manual, manualSince, manualUntil, note, noteSince, noteUntil, location } = chosen;
    const custom = deps.customStates().find(({ id }) => id === chosen.custom);
    return {
      ...{ ...me, ...deps.device(), now, manual, manualSince },
      ...(manualUntil !== null && { manualUntil }),
      ...(custom && { custom: { id: custom.id, band: custom.band, text: customWords(custom, []) } }),
      ...(call && !isAtRest && { call, parked }),
      presenting: !isAtRest && [...tabs.values()].some((tab) => tab.presenting),
      lastInput: isAtRest ? now : lastInputOf(tabs.values(), since, now, IDLE_TIMES),
      ...{ note, noteSince, ...(noteUntil !== null && { noteUntil }) },
      ...{ location, locationSince: chosen.locationSince, locationFor: chosen.locationFor },
      video: true,
    };
  }
  function document(): Pidf {
    return publishedDocument(own(), deps.levelsKept());
  }
  function view(level: ShownLevel, now: number): Presence {
    return ownView(document(), others, chosen.manual === 'offline', level, now);
  }

  function update(): void {
    const now = time.now();
    chosen = withoutExpired(chosen, now);
    const next = document();
    const gist = gistOf(next);
    if (gist !== published) {
      published = gist;
      publication?.set(PIDF_TYPE, encodePidf(next));
    }
    presence = view('personal', now);
    const text = JSON.stringify([{ ...presence, asOf: 0 }, chosen]);
    if (text !== shown) {
      shown = text;
      deps.changed(chosen);
    }
    cancelTimer();
    const due = nextChange(own(), chosen, IDLE_TIMES, presence.until);
    if (due !== null) cancelTimer = env.clock.after(Math.max(due - now, 0) + 50, update);
  }

  /** What the server says of this person; null: nothing. */
  function heard(whole: Pidf | null): void {
    others = whole && withoutDevice(whole, me.instanceId);
    if (whole) adopt(choicesIn(whole, time.now()));
    update();
  }
  function adopt(choices: Choices): void {
    chosen = withoutExpired(adopted(chosen, newestChoices([choices], time.now())), time.now());
  }

  /** Whoever chose last wins: the other device, then it is adopted; this one, then it is written. */
  async function compareHardState(hardState: HardState): Promise<void> {
    const kept = await hardState.fetch();
    if (kept === undefined || !sip) return;
    const document = kept === null ? null : decodePidf(kept);
    const choices = document?.ok ? choicesIn(document.value, time.now()) : {};
    adopt(choices);
    update();
    if (chosen.manualSince > (choices.state?.since ?? 0)) keepHardState(kept !== null);
  }
  /** `stale`: something may be there that no longer holds. */
  function keepHardState(stale: boolean): void {
    // Other servers would not end it when its time is over.
    if (!deps.hardState || !deps.levelsKept()) return;
    const lasting = hardStateDocument(own());
    if (lasting || stale) deps.hardState.keep(lasting && encodePidf(lasting));
  }

  return {
    chosen: () => chosen,
    presence: () => presence,
    resting() {
      const document = publishedDocument(own(true), deps.levelsKept());
      return ownView(document, null, chosen.manual === 'offline', 'personal', time.now());
    },
    publication: () => publication,
    seenBy(level) {
      const now = time.now();
      return level === null ? ownView(GONE, null, true, 'public', now) : view(level, now);
    },
    choose(change) {
      // The clocks of two devices are not quite the same: what is chosen later is later than what it replaces.
      const after = (last: number): number => Math.max(time.now(), last + 1);
      chosen = {
        ...chosen,
        ...change,
        ...(change.manual !== undefined && { manualSince: after(chosen.manualSince) }),
        ...(change.note !== undefined && { noteSince: after(chosen.noteSince) }),
        ...(change.location !== undefined && { locationSince: after(chosen.locationSince) }),
      };
      update();
      if (change.manual !== undefined) keepHardState(true);
    },
    activity(tab, report) {
      tabs.set(tab, report);
      update();
    },
    tabGone(tab) {
      tabs.delete(tab);
      update();
    },
    setCall(next, waiting) {
      call = next;
      parked = waiting;
      update();
    },
    offersChanged: () => {
      // The facts about the server are shown beside the state.
      shown = '';
      update();
      if (deps.hardState && sip && deps.levelsKept()) void compareHardState(deps.hardState);
    },
    online(agent) {
      if (sip !== agent) {
        sip = agent;
        publication = agent.publish('presence', EXPIRES);
        published = '';
      }
      watch.online(agent);
      update();
      if (deps.hardState && deps.levelsKept()) void compareHardState(deps.hardState);
    },
    async leave() {
      await publication?.remove();
    },
    stop() {
      cancelTimer();
      watch.stop();
      sip = null;
      publication = null;
    },
  };
}

const GONE: Pidf = { entity: '', tuples: [], persons: [], devices: [], notes: [] };

/** The document without the times that pass by themselves: only a change of the rest is worth a PUBLISH. */
function gistOf(document: Pidf): string {
  return JSON.stringify(document, (key, value: unknown) =>
    key === 'timestamp' || key === 'lastInput' ? undefined : value,
  );
}
