/** The only place that builds and wires a tab. Nothing starts on import elsewhere. */
import '@fontsource-variable/inter/wght.css';
import './ui/styles/index.css';
import { mount, tick } from 'svelte';
import { CONTRACT, type Boot, type Fact } from './agent/contract.ts';
import { connectAgent } from './agent/link.ts';
import { Activity } from './model/activity.ts';
import { Clock } from './model/clock.svelte.ts';
import { Connection } from './model/connection.svelte.ts';
import type { Tab } from './model/context.ts';
import { Doctor } from './model/doctor.svelte.ts';
import { Install } from './model/install.svelte.ts';
import { readKeptBoot } from './model/kept-boot.ts';
import { reportNetwork } from './model/network.ts';
import { Notices } from './model/notices.svelte.ts';
import { Preferences } from './model/preferences.svelte.ts';
import { Push } from './model/push.svelte.ts';
import { Router } from './model/router.svelte.ts';
import { Session } from './model/session.svelte.ts';
import { Shortcuts } from './model/shortcuts.svelte.ts';
import { SystemIdle } from './model/system-idle.svelte.ts';
import { Updates } from './model/updates.svelte.ts';
import type { OpenOffice } from './office.ts';
import fileWorkerUrl from './media/file-worker.ts?worker&url';
import { followRelease } from './release.ts';
import { scriptPolicy } from './script-policy.ts';
import { keptConfig, readConfig } from './model/site-config.ts';
import App from './ui/App.svelte';
import type { TabOffice } from './ui/tab-office.ts';

async function start(): Promise<void> {
  const policy = scriptPolicy(window);
  const router = new Router(window);
  const { at } = router.route;
  const isCached = Boolean((navigator as Partial<Navigator>).serviceWorker?.controller);
  const isAlone = isCached && !navigator.onLine;
  // From this machine's own cache the second half costs nothing, and most who come back are signed in. Without a
  // network a kept card comes first.
  const isCardFirst = isAlone && (at === 'saved' || at === 'card');
  // So does what they saw last, which is on screen before the agent has woken.
  const storage = storageOf(window);
  const keptSite = keptConfig(storage);
  const keeping = isCached && !isCardFirst && keptSite ? readKeptBoot(Date.now()) : null;
  if (isCardFirst) void import('./ui/SavedPage.svelte');
  else if (isCached) void Promise.all([import('./office.ts'), import('./ui/MainWindow.svelte')]);
  // The worker starts while the configuration is on its way.
  const link = connectAgent({ policy, storage });
  const asking = readConfig(storage);
  const session = new Session(link, (keeping ? keptSite : await asking) ?? {});
  let office: OpenOffice | null = null;
  /** The agent has spoken: until then the office shows what was kept. */
  let isHeard = false;
  /** Facts that came while the office was still being loaded, or opened on what was kept. */
  let waiting: Fact[] = [];

  const updates = new Updates(
    () => office?.isBusy ?? false,
    () => location.reload(),
  );
  const preferences = new Preferences(storage);
  const activity = new Activity(link, window, () => preferences.values.quietPresenting);
  const tab: Tab = {
    link,
    updates,
    session,
    connection: new Connection(),
    router,
    clock: new Clock(),
    notices: new Notices(),
    shortcuts: new Shortcuts(),
    preferences,
    install: new Install(),
    push: new Push(link, () => session.config),
    activity,
    systemIdle: new SystemIdle(activity, storage),
    doctor: new Doctor(link),
    policy,
  };
  const root = [tab.session, tab.connection, tab.notices, tab.doctor, updates];
  link.onFact((fact) => {
    if (fact.fact === 'account' && fact.account === null) closeOffice();
    if (office && isHeard) office.apply(fact);
    else waiting.push(fact);
    for (const noun of root) noun.apply(fact);
  });

  router.listen();
  tab.clock.start();
  tab.preferences.listen(window);
  tab.install.listen(window);
  document.addEventListener('keydown', (event) => tab.shortcuts.press(event));

  const hello = (list?: string): Promise<Boot> =>
    link.send('hello', { contract: CONTRACT, tab: link.tab, config: session.config, list });
  let first: Boot | null = null;

  /** Loads what a signed-in window needs and fills it. */
  async function openOffice(): Promise<TabOffice> {
    const { buildOffice } = await import('./office.ts');
    const boot = first ?? (await hello());
    first = null;
    office?.close();
    office = buildOffice(tab, boot, storage, () => {
      return new Worker(policy.createScriptURL(fileWorkerUrl) as string, { type: 'module', name: 'file' });
    });
    if (isHeard) catchUp(office);
    return office.shown;
  }
  function catchUp(open: OpenOffice): void {
    for (const fact of waiting) open.apply(fact);
    waiting = [];
  }
  function closeOffice(): void {
    office?.close();
    office = null;
    first = null;
    waiting = [];
  }

  mount(App, { target: document.body, props: { tab, openOffice, isCached, isAlone } });

  function show(boot: Boot): void {
    if (!office) first = boot;
    link.assume(boot.account?.aor ?? null);
    tab.connection.boot(boot);
    tab.session.boot(boot);
  }
  /** The agent's word on what was kept. */
  async function compare(kept: Boot, told: Boot): Promise<Boot> {
    if (told.account?.aor === kept.account?.aor) {
      const whole = { ...told, contacts: told.contacts ?? kept.contacts };
      if (office) {
        office.boot(told);
        catchUp(office);
      } else first = whole;
      return whole;
    }
    // It is somebody's who is not signed in any more.
    closeOffice();
    tab.session.boot({ ...told, account: null });
    await tick();
    return told;
  }

  // An agent that is awake knows more, and at once.
  const kept = await Promise.race([keeping, link.greeted]);
  if (kept) show(kept.boot);
  // The agent goes by what the site says now.
  session.configure((await asking) ?? session.config);
  const told = await hello(kept?.list);
  isHeard = true;
  show(kept ? await compare(kept.boot, told) : told);
  void tab.push.renew();
  activity.start();
  void tab.systemIdle.look();
  reportNetwork(link, window);
  void followRelease(updates, policy);
}

/** Storage may be forbidden in a browser that blocks it; then nothing is kept. */
function storageOf(page: Window): Storage | null {
  try {
    return page.localStorage;
  } catch {
    return null;
  }
}

void start();
