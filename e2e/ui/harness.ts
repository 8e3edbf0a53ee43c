/** Mounts the real screens over a fake agent. The query says which: ?is=office|sign-in|refused&state=offline... */
import '@fontsource-variable/inter/wght.css';
import '../../src/ui/styles/index.css';
import { mount } from 'svelte';
import type { Boot, Config, Fact } from '../../src/agent/contract.ts';
import { type CallHandling, USUAL_HANDLING } from '../../src/protocol/call-handling.ts';
import { buildOffice } from '../../src/office.ts';
import App from '../../src/ui/App.svelte';
import { fakeLink } from './fake-link.ts';
import { at, boot as sample, history } from './sample.ts';
import { directoryLists, lookUp, seenAs } from './sample-directory.ts';
import { makeTab } from './tab.ts';

const query = new URLSearchParams(location.search);
const is = query.get('is') ?? 'office';
const boot: Boot =
  is === 'office' ? sample : { ...sample, account: null, contacts: null, connection: { is: 'signed-out' } };
const config: Config = {
  sip: ['wss://sip.larkfield.example'],
  domain: 'larkfield.example',
  vapidKey: 'BOnlyAKeyToLookAt',
  ...(query.has('demo')
    ? {
        demo: (sample.contacts?.entries ?? []).map(({ aor, name, title = '' }) => ({
          aor,
          name,
          title,
          password: 'demo',
        })),
      }
    : {}),
};

let callHandling: CallHandling = {
  ...USUAL_HANDLING,
  ring: { own: true, delegates: null, team: 20, numbers: [{ uri: 'tel:+447700900274', after: 0 }] },
  team: [at('Grace Mwangi'), at('Marcus Bell')],
  delegates: [at('Priya Raman')],
  unanswered: { to: { is: 'voicemail' }, after: 40 },
  hours: {
    ...{ zone: 'Europe/London', days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: 480, to: 1080 },
    outside: 'voicemail',
  },
};
const link = fakeLink(boot, {
  'sign-in': () => ({ ok: false, why: 'That password doesn’t match this address.' }),
  'find-people': () => ({
    ok: true,
    value: [{ aor: at('Grant Ashworth'), name: 'Grant Ashworth', title: 'Principal, water' }],
  }),
  'look-up': lookUp,
  'call-handling': ({ change }) => {
    callHandling = { ...callHandling, ...change };
    return {
      ok: true,
      value: { handling: callHandling, managers: [at('Daniel Whitlock')], voicemail: true, numbers: true },
    };
  },
  ...directoryLists,
  ...seenAs,
  examine: () => ({
    ok: true,
    value: [
      {
        id: 'options',
        name: 'Server answers',
        verdict: 'good',
        words: 'It answered in 12 ms.',
        detail: '200 OK',
      },
      { id: 'xcap', name: 'Contact list', verdict: 'limited', words: 'Kept only in this browser.' },
      {
        id: 'push',
        name: 'Waking closed browsers',
        verdict: 'missing',
        words: 'Keep a window open to be called.',
      },
    ],
  }),
});

const noWorker = (): never => {
  throw new Error('No files are moved here');
};
const tab = makeTab(link, config);
tab.router.listen();
document.addEventListener('keydown', (event) => tab.shortcuts.press(event));
tab.connection.boot(boot);
tab.session.boot(boot);
if (query.get('theme')) tab.preferences.set({ theme: query.get('theme') === 'dark' ? 'dark' : 'light' });
if (query.get('view')) tab.preferences.set({ contactView: query.get('view') ?? 'group' });
if (query.get('dir')) document.dir = query.get('dir') ?? 'ltr';

const office = is === 'office' ? buildOffice(tab, boot, null, noWorker) : null;
link.onFact((fact: Fact) => {
  for (const noun of [
    tab.session,
    tab.connection,
    tab.notices,
    tab.doctor,
    tab.updates,
    ...(office ? [office] : []),
  ])
    noun.apply(fact);
});
mount(App, {
  target: document.body,
  props: {
    tab,
    openOffice: () => (office ? Promise.resolve(office.shown) : Promise.reject(new Error('signed out'))),
  },
});
setTimeout(() => link.tell({ fact: 'messages', rows: history }), 1500);
if (query.get('state') === 'offline') {
  link.tell({
    fact: 'connection',
    clockOffset: 0,
    state: { is: 'offline', since: Date.now(), retryAt: null, why: '' },
  });
}
Object.assign(window, { parley: { tab, link, office } });
