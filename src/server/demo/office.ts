/**
 * The demo office: Larkfield's people as accounts with portraits, contacts and access levels, and six colleagues who
 * play their parts. Only for a new data folder of a server that listens on loopback.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { secretsOf } from '../auth/secrets.ts';
import type { GroupStore } from '../directory/groups-store.ts';
import type { Media } from '../media/media.ts';
import type { UserStore } from '../store/users.ts';
import type { Documents } from '../xcap/documents.ts';
import { Colleague } from './colleague.ts';
import { seedDemoContacts } from './contacts.ts';
import { seedDemoGroups } from './groups.ts';
import { DEMO_COMPANY, demoPeople, type DemoPerson } from './people.ts';
import { PARTS } from './phrases.ts';
import { drawPortrait } from './portrait.ts';
import { seedDemoStates } from './states.ts';

/** Somebody the sign-in page offers to enter as. */
export interface DemoEntrance {
  readonly aor: string;
  readonly name: string;
  readonly title: string;
  readonly password: string;
}

const PASSWORD_FILE = 'demo-password';

/** The demo's one password, or null when this data folder is not a demo office. */
export function demoPassword(folder: string): string | null {
  const file = join(folder, PASSWORD_FILE);
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : null;
}

/** Fills a new data folder. Once. */
export async function seedDemoOffice(
  folder: string,
  domain: string,
  users: UserStore,
  documents: Documents,
  groups: GroupStore,
): Promise<void> {
  const password = randomBytes(12).toString('base64url');
  const people = demoPeople();
  for (const person of people) {
    const octets = new TextEncoder().encode(drawPortrait(person.look));
    const secrets = secretsOf(person.user, domain, password);
    await users.add(directoryEntry(person, domain), secrets, { type: 'image/svg+xml', octets });
  }
  const shared = await seedDemoGroups(groups, people, domain);
  await seedDemoStates(documents);
  for (const person of people) await seedDemoContacts(documents, person, people, shared, domain);
  // Last: a folder without this file is filled again by nobody, but offers no entrance either.
  writeFileSync(join(folder, PASSWORD_FILE), `${password}\n`, { mode: 0o600 });
}

/** Everybody but the colleagues whose parts are played. */
export function demoEntrances(folder: string, domain: string): DemoEntrance[] {
  const password = demoPassword(folder);
  if (password === null) return [];
  const played = new Set(PARTS.map((part) => part.user));
  return demoPeople()
    .filter((person) => !played.has(person.user))
    .map(({ user, name, title }) => ({ aor: `sip:${user}@${domain}`, name, title, password }));
}

/** Lets the colleagues in through the front door. Returns how to send them home. */
export function startColleagues(folder: string, domain: string, port: number, media: Media): () => void {
  const password = demoPassword(folder);
  if (password === null) return () => undefined;
  const people = new Map(demoPeople().map((person) => [`sip:${person.user}@${domain}`, person]));
  const firstNameOf = (aor: string) => people.get(aor)?.name.split(' ')[0] ?? 'there';
  const played = new Set(PARTS.map((part) => `sip:${part.user}@${domain}`));
  const isPlayed = (aor: string) => played.has(aor);
  const colleagues = PARTS.map((part) => {
    const aor = `sip:${part.user}@${domain}`;
    const line = {
      address: `ws://127.0.0.1:${port}/sip`,
      origin: `http://127.0.0.1:${port}`,
      aor,
      displayName: people.get(aor)?.name ?? part.user,
      username: part.user,
      password,
    };
    return new Colleague(part, line, media, { firstNameOf, isPlayed });
  });
  for (const colleague of colleagues) colleague.start();
  return () => {
    for (const colleague of colleagues) colleague.stop();
  };
}

function directoryEntry(person: DemoPerson, domain: string) {
  const { user, name, title, team, office, manager, extension } = person;
  return {
    aor: `sip:${user}@${domain}`,
    name,
    title,
    team,
    office,
    company: DEMO_COMPANY,
    email: `${user}@${domain}`,
    ...(manager ? { manager: `sip:${manager}@${domain}` } : {}),
    // Ofcom keeps these ranges for drama.
    phones: [
      { kind: 'work' as const, number: `+44 113 496 0${extension}` },
      { kind: 'mobile' as const, number: `+44 7700 900${extension}` },
    ],
  };
}
