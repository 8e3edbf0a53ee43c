/** The fictional company of the demo office: Larkfield, 25 people who build bridges. Numbers are from ranges for fiction. */
import type { Look } from './portrait.ts';

export interface DemoPerson {
  /** User part of the address. */
  readonly user: string;
  readonly name: string;
  readonly title: string;
  readonly team: string;
  readonly office: string;
  /** User part of the manager. */
  readonly manager?: string;
  /** Last three digits of the fictional numbers. */
  readonly extension: number;
  readonly look: Look;
}

export const DEMO_COMPANY = 'Larkfield';
export const DEMO_DOMAIN = 'larkfield.example';

type Row = readonly [
  user: string,
  name: string,
  title: string,
  team: string,
  office: string,
  manager: string,
  look: string,
];

/** Look: skin hair cloth, then style and extras (see portrait.ts `readLook`). */
const ROWS: readonly Row[] = [
  [
    'eleanor.marsh',
    'Eleanor Marsh',
    'Managing director',
    'Directors',
    'Wellington Street, Leeds',
    '',
    'b g n bob glasses',
  ],
  [
    'daniel.whitlock',
    'Daniel Whitlock',
    'Director, structures',
    'Directors',
    'Wellington Street, Leeds',
    'eleanor.marsh',
    'a k n short beard',
  ],
  [
    'grace.mwangi',
    'Grace Mwangi',
    'Director, projects',
    'Directors',
    'Temple Quay, Bristol',
    'eleanor.marsh',
    'e k r curls',
  ],
  [
    'amara.okafor',
    'Amara Okafor',
    'Principal bridge engineer',
    'Bridge design',
    'Wellington Street, Leeds',
    'daniel.whitlock',
    'e k b bun',
  ],
  [
    'rahul.desai',
    'Rahul Desai',
    'Senior bridge engineer',
    'Bridge design',
    'Wellington Street, Leeds',
    'amara.okafor',
    'd k g short glasses',
  ],
  [
    'mei-ling.zhou',
    'Mei-Ling Zhou',
    'Bridge engineer',
    'Bridge design',
    'Wellington Street, Leeds',
    'amara.okafor',
    'b k v long',
  ],
  [
    'hana.kobayashi',
    'Hana Kobayashi',
    'Structural modeller',
    'Bridge design',
    'Holbeck lab, Leeds',
    'amara.okafor',
    'b k t bob',
  ],
  [
    'tomas.ferreira',
    'Tomás Ferreira',
    'Site engineer',
    'Construction',
    'On site, Wharfe crossing',
    'grace.mwangi',
    'c n o short beard',
  ],
  [
    'ingrid.solberg',
    'Ingrid Solberg',
    'Geotechnical lead',
    'Ground',
    'Holbeck lab, Leeds',
    'daniel.whitlock',
    'a y t long',
  ],
  [
    'yusuf.demir',
    'Yusuf Demir',
    'Geologist',
    'Ground',
    'Holbeck lab, Leeds',
    'ingrid.solberg',
    'c k n short',
  ],
  [
    'sofia.lindqvist',
    'Sofia Lindqvist',
    'Contracts counsel',
    'Legal',
    'Temple Quay, Bristol',
    'eleanor.marsh',
    'a y r bun glasses',
  ],
  [
    'marcus.bell',
    'Marcus Bell',
    'Reception',
    'Front desk',
    'Wellington Street, Leeds',
    'priya.raman',
    'e k g bald beard',
  ],
  [
    'priya.raman',
    'Priya Raman',
    'Office manager',
    'Front desk',
    'Wellington Street, Leeds',
    'eleanor.marsh',
    'd k v long',
  ],
  [
    'fatima.al-sayed',
    'Fatima Al-Sayed',
    'Hydraulics engineer',
    'Water',
    'Temple Quay, Bristol',
    'daniel.whitlock',
    'c k b scarf',
  ],
  [
    'owen.pritchard',
    'Owen Pritchard',
    'Hydrologist',
    'Water',
    'Temple Quay, Bristol',
    'fatima.al-sayed',
    'a r g short beard',
  ],
  [
    'chloe.martin',
    'Chloé Martin',
    'Landscape architect',
    'Water',
    'Temple Quay, Bristol',
    'fatima.al-sayed',
    'a n o bob',
  ],
  [
    'kofi.asante',
    'Kofi Asante',
    'Project manager',
    'Projects',
    'Temple Quay, Bristol',
    'grace.mwangi',
    'e k n short glasses',
  ],
  [
    'lucia.rossi',
    'Lucia Rossi',
    'Project planner',
    'Projects',
    'Wellington Street, Leeds',
    'grace.mwangi',
    'b n r curls',
  ],
  [
    'aiden.murphy',
    'Aiden Murphy',
    'Cost manager',
    'Projects',
    'Wellington Street, Leeds',
    'kofi.asante',
    'a r b short',
  ],
  [
    'noor.haddad',
    'Noor Haddad',
    'BIM coordinator',
    'Digital',
    'Holbeck lab, Leeds',
    'amara.okafor',
    'c k v curls glasses',
  ],
  [
    'jonas.weber',
    'Jonas Weber',
    'IT administrator',
    'Digital',
    'Holbeck lab, Leeds',
    'noor.haddad',
    'a y n short glasses',
  ],
  [
    'isabel.santos',
    'Isabel Santos',
    'Finance lead',
    'Finance',
    'Wellington Street, Leeds',
    'eleanor.marsh',
    'c n g bun',
  ],
  [
    'peter.nowak',
    'Peter Nowak',
    'Accountant',
    'Finance',
    'Wellington Street, Leeds',
    'isabel.santos',
    'a g b bald glasses',
  ],
  [
    'zanele.dube',
    'Zanele Dube',
    'People partner',
    'People',
    'Temple Quay, Bristol',
    'eleanor.marsh',
    'e k o curls',
  ],
  [
    'samir.patel',
    'Samir Patel',
    'Graduate engineer',
    'Bridge design',
    'Wellington Street, Leeds',
    'rahul.desai',
    'd k t short',
  ],
];

/** Everybody, in the order of the chart. */
export function demoPeople(): DemoPerson[] {
  return ROWS.map(([user, name, title, team, office, manager, look], index) => ({
    user,
    name,
    title,
    team,
    office,
    ...(manager ? { manager } : {}),
    extension: 101 + index,
    look: readLook(look),
  }));
}

/** `skin hair cloth style extras…` in the letters of portrait.ts. */
function readLook(words: string): Look {
  const [skin = 'a', hair = 'k', cloth = 'n', style = 'short', ...extras] = words.split(' ');
  return {
    skin: skin as Look['skin'],
    hair: hair as Look['hair'],
    cloth: cloth as Look['cloth'],
    style: style as Look['style'],
    glasses: extras.includes('glasses'),
    beard: extras.includes('beard'),
  };
}
