/** The people of the mocks, so that a screen can be held beside them. */
import type { Boot, ContactEntry, MessageRow } from '../../src/agent/contract.ts';
import type { Presence } from '../../src/protocol/availability.ts';
import { inOrderOfName } from '../../src/protocol/name-order.ts';

const now = Date.now();
const minute = 60_000;
export const at = (name: string): string =>
  `sip:${name.toLowerCase().replace(/[^a-z]+/g, '.')}@larkfield.example`;

type Row = [name: string, title: string, groups: string[], presence: Partial<Presence>, tagged?: boolean];
const rows: Row[] = [
  [
    'Ingrid Solberg',
    'Geotechnical lead',
    ['bridge'],
    { availability: 'available', note: 'In the Holbeck lab until noon' },
  ],
  ['Fatima Al-Sayed', 'Site engineer', [], { availability: 'offline', since: now - 16 * 60 * minute }, true],
  [
    'Tomás Ferreira',
    'Site manager',
    [],
    { availability: 'busy', activity: 'call', mobile: true, note: 'On site Mon–Wed, ring the mobile' },
    true,
  ],
  ['Priya Raman', 'Executive assistant', ['delegates'], { availability: 'available' }],
  [
    'Daniel Whitlock',
    'Projects director',
    ['team'],
    {
      availability: 'urgent',
      note: 'Board paper due at two.',
      location: 'Wellington Street, Leeds',
      schedule: [{ from: now + 80 * minute, until: now + 140 * minute, kind: 'busy' }],
    },
  ],
  [
    'Grace Mwangi',
    'Principal engineer',
    ['team'],
    {
      availability: 'busy',
      activity: 'conference',
      until: now + 33 * minute,
      note: 'Tender review, back on chat after',
      location: 'Upper Hill office, 4th floor',
      schedule: [
        { from: now - 100 * minute, until: now - 60 * minute, kind: 'busy' },
        { from: now - 20 * minute, until: now + 33 * minute, kind: 'busy' },
        { from: now + 110 * minute, until: now + 170 * minute, kind: 'tentative' },
        { from: now + 200 * minute, until: now + 300 * minute, kind: 'oof' },
      ],
    },
  ],
  ['Marcus Bell', 'Survey lead', ['team'], { availability: 'available', messages: false }],
  ['Hana Kobayashi', 'Bridge engineer', ['bridge'], { availability: 'away', since: now - 25 * minute }],
  ['Sofia Lindqvist', 'Counsel', ['bridge'], { availability: 'busy', custom: 'In court' }],
  ['Mei-Ling Zhou', 'Hydraulics', ['bridge'], { availability: 'inactive', since: now - 8 * minute }],
  ['Rahul Menon', 'Drawing office', ['bridge'], { availability: 'dnd' }],
  ['Seun Adeyemi', 'Planner', [], { availability: 'away', activity: 'brb' }],
  ['Yusuf Demir', 'Procurement', [], { availability: 'oof' }],
  ['Oskar Nyström', 'Structures', [], { availability: 'busy-inactive' }],
];

const entries: ContactEntry[] = rows.map(([name, title, groups, , tagged]) => ({
  aor: at(name.normalize('NFD').replace(/\p{M}/gu, '')),
  name,
  title,
  team: 'Ground Engineering',
  office: 'Leeds',
  groups,
  tagged: tagged ?? false,
  level: groups.includes('team') ? 'team' : 'company',
  levelFrom: groups.includes('team') ? 'group' : 'usual',
  ...(name === 'Grace Mwangi'
    ? { privateNote: 'Prefers a call before 17:00 her time. Knows the Athi viaduct bearings inside out.' }
    : {}),
  email: `${at(name.normalize('NFD').replace(/\p{M}/gu, '')).slice(4)}`,
  phones: [
    { kind: 'work', number: '0113 496 0147' },
    { kind: 'mobile', number: '07700 900 352' },
  ],
}));
const lea: ContactEntry = {
  aor: 'sip:lea@fontaine-vidal.example',
  name: 'Léa Fontaine',
  groups: [],
  tagged: false,
};
const desk: ContactEntry = {
  aor: 'tel:+441134960100',
  name: 'Site gate',
  groups: ['bridge'],
  tagged: false,
};
const jonas: ContactEntry = {
  aor: 'sip:jonas.weber@baustatik.example',
  name: 'Jonas Weber',
  groups: [],
  tagged: false,
};

export const me = at('Amara Okafor');
export const ingrid = at('Ingrid Solberg');

function message(
  sender: string,
  conversation: string,
  text: string,
  ago: number,
  state: MessageRow['state'],
): MessageRow {
  const sent = now - ago * minute;
  return {
    id: `${conversation}${ago}`,
    conversation,
    sender,
    mine: sender === me,
    text,
    state,
    at: sent,
    order: sent,
  };
}
export const history: MessageRow[] = [
  message(
    ingrid,
    ingrid,
    'Morning. Borehole 7 came back overnight. The gravel runs 0.6 m deeper than the model assumed.',
    14,
    'received',
  ),
  message(me, ingrid, 'Does that push the north pile caps down as well?', 10, 'displayed'),
  message(
    ingrid,
    ingrid,
    'Only P3 and P4. I’ll send the log: https://files.larkfield.example/AX-GEO-0142',
    8,
    'received',
  ),
  message(
    me,
    ingrid,
    'Clear. I’d hold the cap level and lengthen P3 and P4 only. Revised shelf detail on its way.',
    3,
    'displayed',
  ),
  message(me, ingrid, 'Could you check the lateral case before Daniel’s 11:30?', 1, 'delivered'),
];

export const boot: Boot = {
  contract: 1,
  connection: { is: 'online', since: now, server: 'sip.larkfield.example' },
  account: {
    aor: me,
    name: 'Amara Okafor',
    title: 'Bridge engineer',
    manual: 'auto',
    note: 'Bearing shelf details until noon',
    location: 'Wellington Street, Leeds',
    locationFor: 'team',
    customStates: [],
    levelsKept: true,
    receipts: true,
    presence: { availability: 'available', messages: true, asOf: now },
  },
  elsewhere: [],
  transfers: [],
  contacts: {
    groups: [
      { id: 'delegates', name: 'Delegates' },
      { id: 'team', name: 'Team call', level: 'team' },
      { id: 'bridge', name: 'Bridge Design Review' },
      { id: 'north', name: 'North Approach', is: 'list', listId: 'dl-north' },
    ],
    entries: inOrderOfName([...entries, lea, jonas, desk]),
    source: 'server',
    asOf: now - 2 * minute,
  },
  conversations: [
    { id: ingrid, last: history.at(-1) ?? null, unread: 0, at: now - minute },
    {
      id: at('Rahul Menon'),
      last: message(at('Rahul Menon'), at('Rahul Menon'), 'Sheet 14 is frozen for the 11:30', 4, 'received'),
      unread: 2,
      at: now - 4 * minute,
    },
    {
      id: lea.aor,
      last: message(lea.aor, lea.aor, 'The parapet section looks right to us.', 33, 'received'),
      unread: 0,
      at: now - 33 * minute,
    },
  ],
  presence: [
    ...rows.map(([name, , , presence]) => {
      const aor = at(name.normalize('NFD').replace(/\p{M}/gu, ''));
      return [aor, { availability: 'available', messages: true, asOf: now, ...presence }] as const;
    }),
    [lea.aor, { availability: 'available', messages: true, asOf: now }],
  ],
  calls: [],
  access: null,
  watchers: [],
  history: { kept: 'server', retentionDays: 0, isWhole: true },
  clockOffset: 0,
};
