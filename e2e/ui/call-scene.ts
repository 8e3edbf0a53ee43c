/**
 * Screens of chat and calls without a server, for holding beside the mocks: the scene is named by `?scene=`. The far
 * end of a call is a second set of peer connections in this page.
 */
import '@fontsource-variable/inter/wght.css';
import '../../src/ui/styles/index.css';
import { mount } from 'svelte';
import type { AgentLink, CallSnapshot, Fact, MediaRequests } from '../../src/agent/contract.ts';
import { PeerConnections } from '../../src/media/peer-connections.ts';
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
import { buildOffice } from '../../src/office.ts';
import App from '../../src/ui/App.svelte';
import { fakeLink } from './fake-link.ts';
import { at, boot, history, ingrid, me } from './sample.ts';
import { USUAL } from '../../src/media/processing.ts';

type Serve = <M extends keyof MediaRequests>(
  verb: M,
  input: MediaRequests[M][0],
) => Promise<MediaRequests[M][1]>;

const query = new URLSearchParams(location.search);
const scene = query.get('scene') ?? 'chat';
const theme = query.get('theme');
if (theme) document.documentElement.dataset['theme'] = theme;

let serve: Serve | null = null;
const far = new PeerConnections(
  () => [],
  () => ({ microphone: null, camera: null, processing: USUAL }),
);
const known = new Map<string, CallSnapshot>();
let farVideo = true;
let made = 0;

const fake = fakeLink(boot, {
  call: ({ peer, video }) => {
    const id = `call-${++made}`;
    tellCall({
      id,
      peer,
      peerName: '',
      direction: 'out',
      state: 'dialling',
      video,
      owner: 'tab-1',
      startedAt: Date.now(),
    });
    void ring(id);
    return { ok: true, value: { id } };
  },
  answer: ({ id, video }) => {
    void connect(id, { state: 'answering', owner: 'tab-1', video });
    return { ok: true, value: null };
  },
  decline: ({ id }) => end(id, 'declined'),
  'hang-up': ({ id }) => end(id, 'hung-up'),
  renegotiate: ({ id }) => {
    void agree(id);
    return { ok: true, value: null };
  },
  send: ({ conversation, text }) => {
    const id = crypto.randomUUID();
    const now = Date.now();
    const row = {
      id,
      conversation,
      sender: me,
      mine: true,
      text,
      state: 'sent',
      at: now,
      order: now,
    } as const;
    fake.tell({ fact: 'messages', rows: [row] });
    return { ok: true, value: { id } };
  },
});
const link: AgentLink = { ...fake, serveMedia: (handler) => (serve = handler) };

function tellCall(call: CallSnapshot): void {
  known.set(call.id, call);
  fake.tell({ fact: 'call', call });
}
function change(id: string, changes: Partial<CallSnapshot>): void {
  const before = known.get(id);
  if (before) tellCall({ ...before, ...changes });
}
function end(id: string, how: CallSnapshot['end'] & string, why?: string) {
  change(id, { state: 'ended', end: how, ...(why ? { why } : {}) });
  void serve?.('close', { call: id });
  far.close({ call: id });
  return { ok: true, value: null } as const;
}
async function agree(id: string): Promise<void> {
  const call = known.get(id);
  if (!serve || !call) return;
  const offer = await serve('get-description', { call: id, video: call.video, iceRestart: false });
  if (!offer.ok) return;
  await far.apply({ call: id, sdp: offer.value.sdp });
  const answer = await far.describe({ call: id, video: farVideo, iceRestart: false });
  if (answer.ok) await serve('set-description', { call: id, sdp: answer.value.sdp });
}
async function ring(id: string): Promise<void> {
  if (scene === 'dialling') return;
  change(id, { state: 'ringing' });
  if (scene === 'ringing') return;
  if (scene === 'busy') {
    end(id, 'busy', 'Ingrid is busy on another call.');
    return;
  }
  await connect(id, {});
}
async function connect(id: string, changes: Partial<CallSnapshot>): Promise<void> {
  change(id, changes);
  await agree(id);
  change(id, { state: 'established', establishedAt: Date.now() });
}
function incoming(peer: string, video: boolean, subject?: string): void {
  const id = `call-${++made}`;
  tellCall({
    ...{
      id,
      peer,
      peerName: '',
      direction: 'in',
      state: 'incoming',
      video,
      owner: null,
      startedAt: Date.now(),
    },
    ...(subject ? { subject } : {}),
  });
}

const router = new Router(window);
const path = query.get('path') ?? `/chat/${ingrid}`;
window.history.replaceState({ depth: 0 }, '', `${path}?${query.toString()}`);
const config = { domain: 'larkfield.example' };
const updates = new Updates(
  () => false,
  () => undefined,
);
const activity = new Activity(link, window);
const tab: Tab = {
  link,
  updates,
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
void router;
tab.router.listen();
document.addEventListener('keydown', (event) => tab.shortcuts.press(event));
tab.connection.boot(boot);
tab.session.boot(boot);
const office = buildOffice(tab, boot, null, () => {
  throw new Error('No files are moved here');
});
fake.onFact((fact: Fact) => {
  office.apply(fact);
  tab.connection.apply(fact);
});
mount(App, { target: document.body, props: { tab, openOffice: () => Promise.resolve(office.shown) } });

// Facts are for screens that are there.
if (path.startsWith('/chat/')) {
  while (!office.shown.conversations.of(ingrid).isRead)
    await new Promise((resolve) => setTimeout(resolve, 50));
  await new Promise((resolve) => setTimeout(resolve, 200));
}
fake.tell({ fact: 'messages', rows: history });
const { calls } = office.shown.calling;
const daniel = at('Daniel Whitlock');
const minute = 60_000;
switch (scene) {
  case 'chat':
    fake.tell({ fact: 'composing', conversation: ingrid, sender: ingrid, until: Date.now() + 60_000 });
    break;
  case 'states': {
    const base = { conversation: ingrid, sender: me, mine: true, at: Date.now(), order: Date.now() } as const;
    fake.tell({
      fact: 'messages',
      rows: [
        {
          ...base,
          id: 's1',
          text: 'I’ve asked Rahul to hold sheet 14 until we hear from you.',
          state: 'sent',
        },
        {
          ...base,
          id: 's2',
          order: base.order + 1,
          text: '<b>Not bold</b> https://аррӏе.com and sip:rahul@larkfield.example',
          state: 'failed',
          problem: 'Ingrid’s phone takes no messages.',
        },
        {
          ...base,
          id: 's3',
          order: base.order + 2,
          sender: ingrid,
          mine: false,
          text: 'A card',
          state: 'received',
          attachment: { type: 'text/vcard', name: 'ingrid.vcf', body: 'BEGIN:VCARD' },
        },
      ],
    });
    break;
  }
  case 'offline': {
    fake.tell({
      fact: 'connection',
      state: { is: 'offline', since: Date.now(), retryAt: null, why: '' },
      clockOffset: 0,
    });
    const row = {
      id: 'q1',
      conversation: ingrid,
      sender: me,
      mine: true,
      text: 'I’ve asked Rahul to hold sheet 14 until we hear from you.',
      state: 'queued',
      at: Date.now(),
      order: Date.now(),
    } as const;
    fake.tell({ fact: 'messages', rows: [row] });
    break;
  }
  case 'audio':
    farVideo = false;
    void calls.place(at('Tomas Ferreira'), false);
    break;
  case 'video':
  case 'ringing':
  case 'dialling':
  case 'busy':
    void calls.place(ingrid, scene !== 'busy');
    break;
  case 'incoming':
    incoming(daniel, true, 'Bearing shelf, before the board paper');
    break;
  case 'alerts': {
    const rahul = at('Rahul Menon');
    const row = {
      id: 'r1',
      conversation: rahul,
      sender: rahul,
      mine: false,
      text: 'Sheet 14 is frozen for the 11:30. Shout before 11 if BH7 changes the pile schedule.',
      state: 'received',
      at: Date.now(),
      order: Date.now(),
    } as const;
    incoming(at('Yusuf Demir'), false);
    end('call-1', 'missed');
    incoming(at('Grace Mwangi'), false);
    end('call-2', 'elsewhere');
    fake.tell({ fact: 'messages', rows: [row] });
    incoming(daniel, false);
    break;
  }
  case 'log':
    for (const [index, row] of (
      [
        ['Daniel Whitlock', 'in', false, 'missed', undefined, 40],
        ['Ingrid Solberg', 'out', false, 'hung-up', 6 * minute, 65],
        ['Yusuf Demir', 'in', false, 'hung-up', 2 * minute, 80],
        ['Sofia Lindqvist', 'out', false, 'busy', undefined, 1500],
        ['Grace Mwangi', 'in', true, 'hung-up', 32 * minute, 1700],
      ] as const
    ).entries()) {
      const [name, direction, video, how, duration, ago] = row;
      fake.tell({
        fact: 'call-logged',
        row: {
          ...{
            id: `l${index}`,
            conversation: at(name),
            direction,
            video,
            end: how,
            at: Date.now() - ago * minute,
          },
          ...(duration ? { duration } : {}),
        },
      });
    }
    break;
}
document.documentElement.dataset['ready'] = 'yes';
