/** What somebody else is shown of me: state and numbers, as the server gives them out. */
import { SHOWN_LEVELS, type AccessLevel, type ShownLevel } from '../protocol/access-levels.ts';
import { levelsIn } from '../protocol/policy-levels.ts';
import type { Aor, Outcome, Person, SeenAs } from './contract.ts';
import type { SignedIn } from './signed-in.ts';

export async function viewAs(
  { own, offers, contacts, directory, row }: SignedIn,
  whose: { readonly level: ShownLevel } | { readonly aor: Aor },
): Promise<Outcome<SeenAs>> {
  const answer = 'level' in whose ? whose.level : levelsIn(contacts.policy())(whose.aor).level;
  // Who waits for an answer is told nothing.
  const level: AccessLevel = answer === 'ask' ? 'blocked' : answer;
  const shown = SHOWN_LEVELS.find((one) => one === level) ?? null;
  const self = await directory.lookUp(row().aor);
  const phones = self.ok ? (self.value.person.phones ?? []) : [];
  return {
    ok: true,
    value: {
      level,
      // A server that keeps no levels apart shows everybody what Company may see.
      presence: own.seenBy(shown && (offers.levelsKept() === true ? shown : 'company')),
      phones: phones.filter(({ kind }) => shown !== null && NUMBERS[shown].includes(kind)),
    },
  };
}

type Kind = NonNullable<Person['phones']>[number]['kind'];

/** Which numbers the directory gives to whom (access-levels.ts). */
const NUMBERS: Readonly<Record<ShownLevel, readonly Kind[]>> = {
  personal: ['work', 'mobile', 'home'],
  team: ['work', 'mobile'],
  company: ['work'],
  public: [],
};
