/** The demo office's groups: a team for each that the people name, and two distribution lists, one holding the other. */
import type { GroupStore } from '../directory/groups-store.ts';
import { DEMO_COMPANY, type DemoPerson } from './people.ts';

const CROSSING = 'Wharfe crossing';

/** Users of the people who build the Wharfe crossing. */
const WHARFE = [
  'amara.okafor',
  'tomas.ferreira',
  'ingrid.solberg',
  'fatima.al-sayed',
  'kofi.asante',
  'lucia.rossi',
];

/** Fills the groups of a new data folder. Once. Gives the id of the list that everybody has among their contacts. */
export async function seedDemoGroups(
  groups: GroupStore,
  people: readonly DemoPerson[],
  domain: string,
): Promise<{ readonly id: string; readonly name: string }> {
  const aorsOf = (those: readonly DemoPerson[]): string[] => those.map(({ user }) => `sip:${user}@${domain}`);
  const add = async (name: string, description: string, members: readonly string[]): Promise<string> => {
    const made = await groups.add(name, description);
    if ('why' in made) throw new Error(made.why);
    await groups.addMembers(made.id, members);
    return made.id;
  };
  for (const team of new Set(people.map((person) => person.team))) {
    await add(team, `Team at ${DEMO_COMPANY}`, aorsOf(people.filter((person) => person.team === team)));
  }
  const crossing = await add(
    CROSSING,
    'Distribution list of the people on the Wharfe crossing',
    aorsOf(people.filter(({ user }) => WHARFE.includes(user))),
  );
  const leads = people.filter(({ title }) => /\b(?:director|lead|manager|principal)\b/i.test(title));
  await add('All project leads', 'Distribution list: leads, and everybody on the Wharfe crossing', [
    ...aorsOf(leads),
    crossing,
  ]);
  return { id: crossing, name: CROSSING };
}
