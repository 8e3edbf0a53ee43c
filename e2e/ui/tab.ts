/** A tab over a given link, as main.ts builds it, without worker, server or storage. */
import type { AgentLink, Config } from '../../src/agent/contract.ts';
import { Activity } from '../../src/model/activity.ts';
import { Clock } from '../../src/model/clock.svelte.ts';
import { Connection } from '../../src/model/connection.svelte.ts';
import type { Tab } from '../../src/model/context.ts';
import { Doctor } from '../../src/model/doctor.svelte.ts';
import { Install } from '../../src/model/install.svelte.ts';
import { Notices } from '../../src/model/notices.svelte.ts';
import { Preferences } from '../../src/model/preferences.svelte.ts';
import { Push } from '../../src/model/push.svelte.ts';
import { SystemIdle } from '../../src/model/system-idle.svelte.ts';
import { Router } from '../../src/model/router.svelte.ts';
import { Session } from '../../src/model/session.svelte.ts';
import { Shortcuts } from '../../src/model/shortcuts.svelte.ts';
import { Updates } from '../../src/model/updates.svelte.ts';

export function makeTab(link: AgentLink, config: Config): Tab {
  const activity = new Activity(link, window);
  return {
    link,
    updates: new Updates(
      () => false,
      () => undefined,
    ),
    session: new Session(link, config),
    connection: new Connection(),
    router: new Router(window),
    clock: new Clock(),
    notices: new Notices(),
    shortcuts: new Shortcuts(),
    preferences: new Preferences(null),
    install: new Install(),
    push: new Push(link, () => config),
    activity,
    systemIdle: new SystemIdle(activity, null),
    doctor: new Doctor(link),
    policy: { createHTML: (html) => html, createScriptURL: (url) => url },
  };
}
