/** What every screen may ask for. Built once in main.ts, handed down by App. */
import { createContext } from 'svelte';
import type { AgentLink } from '../agent/contract.ts';
import type { Activity } from './activity.ts';
import type { Clock } from './clock.svelte.ts';
import type { Connection } from './connection.svelte.ts';
import type { Doctor } from './doctor.svelte.ts';
import type { Install } from './install.svelte.ts';
import type { Notices } from './notices.svelte.ts';
import type { Preferences } from './preferences.svelte.ts';
import type { Push } from './push.svelte.ts';
import type { Router } from './router.svelte.ts';
import type { Session } from './session.svelte.ts';
import type { Shortcuts } from './shortcuts.svelte.ts';
import type { SystemIdle } from './system-idle.svelte.ts';
import type { Updates } from './updates.svelte.ts';

/** The nouns of a tab that belong to no feature. */
export interface Tab {
  readonly link: AgentLink;
  readonly session: Session;
  readonly connection: Connection;
  readonly router: Router;
  readonly clock: Clock;
  readonly notices: Notices;
  readonly shortcuts: Shortcuts;
  readonly preferences: Preferences;
  readonly updates: Updates;
  readonly install: Install;
  readonly push: Push;
  readonly activity: Activity;
  readonly systemIdle: SystemIdle;
  readonly doctor: Doctor;
  readonly policy: PagePolicy;
}

/** The page's Trusted Types policy, lent by main.ts: a name can be given out only once. */
export interface PagePolicy {
  createHTML(html: string): unknown;
  createScriptURL(url: string): unknown;
}

export const [useTab, provideTab] = createContext<Tab>();
