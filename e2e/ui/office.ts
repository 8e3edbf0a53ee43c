/** An office with given people, for component tests. */
import type { Boot, ContactEntry, Group } from '../../src/agent/contract.ts';
import type { Tab } from '../../src/model/context.ts';
import { inOrderOfName } from '../../src/protocol/name-order.ts';
import { Account } from '../../src/model/people/account.svelte.ts';
import { ContactTree, type Talks } from '../../src/model/people/contact-tree.svelte.ts';
import type { Office } from '../../src/model/people/context.ts';
import { Emergency } from '../../src/model/people/emergency.svelte.ts';
import { People } from '../../src/model/people/people.svelte.ts';
import { Privacy } from '../../src/model/people/privacy.svelte.ts';
import { fakeLink, type Answers, type FakeLink } from './fake-link.ts';
import { boot as sample } from './sample.ts';
import { makeTab } from './tab.ts';

export function entry(name: string, groups: readonly string[] = [], tagged = false): ContactEntry {
  return { aor: `sip:${name.toLowerCase().replaceAll(' ', '.')}@larkfield.example`, name, groups, tagged };
}

export function bootWith(entries: readonly ContactEntry[], groups: readonly Group[] = []): Boot {
  return {
    ...sample,
    conversations: [],
    presence: [],
    contacts: { entries: inOrderOfName(entries), groups, source: 'server', asOf: Date.now() },
  };
}

const silent: Talks = { current: () => [], recent: () => [] };

export function openOffice(
  boot: Boot,
  talks = silent,
  answers: Answers = {},
): { tab: Tab; office: Office; link: FakeLink } {
  const link = fakeLink(boot, answers);
  const tab = makeTab(link, {});
  const people = new People(link);
  const me = new Account(link);
  const privacy = new Privacy(link);
  const tree = new ContactTree(people, tab.preferences, talks);
  people.boot(boot);
  me.boot(boot);
  privacy.boot(boot);
  tab.connection.boot(boot);
  link.onFact((fact) => {
    people.apply(fact);
    me.apply(fact);
    privacy.apply(fact);
    tab.connection.apply(fact);
  });
  return {
    tab,
    link,
    office: {
      people,
      me,
      privacy,
      tree,
      reach: { call: () => undefined, message: () => undefined, gather: () => undefined, whyNoCall: null },
      emergency: new Emergency(),
    },
  };
}
