/** Publishes the account's own state, and shows it to the tabs as others see it. */
import type { Presence } from '../protocol/availability.ts';
import { foldAvailability } from '../protocol/fold-availability.ts';
import { encodePidf, PIDF_TYPE, type Pidf } from '../protocol/pidf.ts';
import { IDLE_TIMES, type OwnState } from '../protocol/own-activities.ts';
import { publishedDocument } from '../protocol/published-document.ts';
import type { Publication, SipUserAgent } from '../sip/contract.ts';
import { lastInputOf, nextChange, withoutExpired, type Chosen, type TabActivity } from './core/own-state.ts';
import type { Env } from './env.ts';
import type { ServerTime } from './server-time.ts';

export interface OwnPresence {
  readonly chosen: () => Chosen;
  readonly presence: () => Presence;
  readonly publication: () => Publication | null;
  choose(change: Partial<Chosen>): void;
  activity(tab: string, report: TabActivity): void;
  tabGone(tab: string): void;
  setCall(call: OwnState['call'] | null): void;
  online(sip: SipUserAgent): void;
  /** Takes the publication back. */
  leave(): Promise<void>;
  stop(): void;
}

const EXPIRES = 3600;

export function createOwnPresence(
  env: Env,
  time: ServerTime,
  me: { readonly aor: string; readonly instanceId: string },
  start: Chosen,
  /** Something others see or that must be kept has changed. */
  changed: (chosen: Chosen) => void,
): OwnPresence {
  const tabs = new Map<string, TabActivity>();
  const since = time.now();
  let chosen = withoutExpired(start, since);
  let call: OwnState['call'] | null = null;
  let publication: Publication | null = null;
  let sip: SipUserAgent | null = null;
  let published = '';
  let presence: Presence = foldAvailability([document()], since);
  let cancelTimer = (): void => undefined;

  function own(): OwnState {
    const now = time.now();
    const { manual, manualSince, manualUntil, note, location } = chosen;
    return {
      ...me,
      now,
      manual,
      manualSince,
      ...(manualUntil !== null && { manualUntil }),
      ...(call && { call }),
      lastInput: lastInputOf(tabs.values(), since, now, IDLE_TIMES),
      ...(note && { note }),
      ...(location && { location }),
      video: true,
    };
  }
  function document(): Pidf {
    return publishedDocument(own());
  }

  function update(): void {
    const now = time.now();
    chosen = withoutExpired(chosen, now);
    const next = document();
    const gist = gistOf(next);
    if (gist !== published) {
      published = gist;
      publication?.set(PIDF_TYPE, encodePidf(next));
      presence = foldAvailability([next], now);
      changed(chosen);
    }
    cancelTimer();
    const due = nextChange(own(), chosen, IDLE_TIMES);
    if (due !== null) cancelTimer = env.clock.after(Math.max(due - now, 0) + 50, update);
  }

  return {
    chosen: () => chosen,
    presence: () => presence,
    publication: () => publication,
    choose(change) {
      chosen = { ...chosen, ...change };
      // Also when nothing others see has changed: an end time must be kept.
      published = '';
      update();
    },
    activity(tab, report) {
      tabs.set(tab, report);
      update();
    },
    tabGone(tab) {
      tabs.delete(tab);
    },
    setCall(next) {
      call = next;
      update();
    },
    online(agent) {
      if (sip !== agent) {
        sip = agent;
        publication = agent.publish('presence', EXPIRES);
        published = '';
      }
      update();
    },
    async leave() {
      await publication?.remove();
    },
    stop() {
      cancelTimer();
      sip = null;
      publication = null;
    },
  };
}

/** The document without the times that pass by themselves: only a change of the rest is worth a PUBLISH. */
function gistOf(document: Pidf): string {
  return JSON.stringify(document, (key, value: unknown) =>
    key === 'timestamp' || key === 'lastInput' ? undefined : value,
  );
}
