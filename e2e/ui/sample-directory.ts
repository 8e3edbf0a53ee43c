/** The directory beside the people of the mocks: cards, lists with a list inside, and what others see. */
import type { Person } from '../../src/agent/contract.ts';
import type { DirectoryGroup, DirectoryPerson } from '../../src/protocol/service-api.ts';
import type { Answers } from './fake-link.ts';
import { at, boot } from './sample.ts';

const list = (id: string, name: string, size: number, description?: string): DirectoryGroup => ({
  id,
  name,
  size,
  ...(description ? { description } : {}),
});
const north = list('dl-north', 'North Approach', 14, 'Everybody who works on the north approach.');
const drawing = list('dl-drawing', 'Drawing office', 3);
const structures = list('ou-structures', 'Structures', 38);

const others: readonly DirectoryPerson[] = [
  'Hana Kobayashi',
  'Grant Ashworth',
  'Lucía Prieto',
  'Noor Haddad',
  'Piotr Zieliński',
  'Wen Chang',
  'Ife Balogun',
  'Signe Holm',
].map((name) => ({ aor: at(name.normalize('NFD').replace(/\p{M}/gu, '')), name, title: 'Engineer' }));

const members: Readonly<Record<string, readonly (DirectoryPerson | DirectoryGroup)[]>> = {
  'dl-north': [drawing, ...others],
  // A list that contains the one it stands in, as directories sometimes have it.
  'dl-drawing': [north, ...others.slice(3, 5)],
  'ou-structures': others.slice(2),
};

export const directoryLists: Answers = {
  'organisation-groups': () => ({ ok: true, value: [structures] }),
  'find-groups': ({ words }) => ({
    ok: true,
    value: [north, drawing, structures].filter(({ name }) =>
      name.toLowerCase().includes(words.toLowerCase()),
    ),
  }),
  'group-members': ({ id, offset }) => {
    const group = [north, drawing, structures].find((one) => one.id === id);
    if (!group) return { ok: false, why: 'There is no such list.' };
    const page = (members[id] ?? []).slice(offset, offset + 6);
    return {
      ok: true,
      value: {
        group,
        total: group.size,
        members: page.map((one) =>
          'aor' in one ? { is: 'person', person: one } : { is: 'group', group: one },
        ),
      },
    };
  },
};

const chief: Person = { aor: at('Eleanor Marsh'), name: 'Eleanor Marsh', title: 'Chief executive' };
const managers: Readonly<Record<string, string>> = {
  [at('Grace Mwangi')]: at('Daniel Whitlock'),
  [at('Daniel Whitlock')]: chief.aor,
};

export const lookUp: NonNullable<Answers['look-up']> = ({ aor }) => {
  const entry = boot.contacts?.entries.find((one) => one.aor === aor);
  const person = entry ?? (aor === chief.aor ? chief : null);
  if (!person) return { ok: false, why: 'Not in the directory.' };
  const manager = managers[aor];
  const isGrace = aor === at('Grace Mwangi');
  return {
    ok: true,
    value: {
      person: {
        ...person,
        company: 'Larkfield',
        ...(manager ? { manager } : {}),
        ...(isGrace
          ? {
              zone: 'Africa/Nairobi',
              team: 'Structures',
              office: 'Nairobi',
              links: [
                { name: 'Grace’s page', url: 'https://people.larkfield.example/grace' },
                { name: 'Aire Crossing drawings', url: 'https://files.larkfield.example/aire' },
              ],
            }
          : {}),
      },
      asOf: Date.now(),
    },
  };
};

export const seenAs: Answers = {
  'view-as': () => ({
    ok: true,
    value: {
      level: 'team',
      presence: {
        availability: 'available',
        note: 'Bearing shelf details until noon',
        location: 'Wellington Street, Leeds',
        messages: true,
        asOf: Date.now(),
        schedule: [],
      },
      phones: [
        { kind: 'work', number: '0113 496 0147' },
        { kind: 'mobile', number: '07700 900 352' },
      ],
    },
  }),
  'import-contacts': () => ({
    ok: true,
    value: { added: 12, known: 3, problems: ['Card 4 has neither an address nor a number.'] },
  }),
  'export-contacts': ({ aors }) => ({
    ok: true,
    value: { text: 'BEGIN:VCARD\r\nVERSION:4.0\r\nEND:VCARD\r\n', count: aors?.length ?? 16 },
  }),
};
