/** 10,000 contacts: nothing gets lost while much happens. What it costs is measured by `npm run bench`. */
import type { Component } from 'svelte';
import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import type { Presence } from '../../protocol/availability.ts';
import { Finder } from '../../model/people/finder.svelte.ts';
import InOffice from '../../../e2e/ui/InOffice.svelte';
import { bootWith, entry, openOffice } from '../../../e2e/ui/office.ts';
import '../styles/index.css';
import ContactList from './ContactList.svelte';

const first = ['Grace', 'Daniel', 'Ingrid', 'Marcus', 'Hana', 'Sofia', 'Rahul', 'Priya', 'Oskar', 'Yusuf'];
const last = ['Mwangi', 'Whitlock', 'Solberg', 'Bell', 'Kobayashi', 'Lindqvist', 'Menon', 'Raman', 'Demir'];
const people = Array.from({ length: 10_000 }, (_, at) =>
  entry(`${first[at % first.length]} ${last[at % last.length]} ${at}`),
);
const states: readonly Presence['availability'][] = ['available', 'busy', 'away', 'offline', 'dnd'];

test('P07 1,000 changes of presence a second leave everybody under the right heading', async () => {
  const { tab, office, link } = openOffice(bootWith(people));
  office.tree.show('availability');
  const of = ContactList as unknown as Component<Record<string, unknown>>;
  await render(InOffice, { tab, office, of, given: { selected: null, itemsFor: () => [] } });
  await expect.poll(() => document.querySelectorAll('[role="treeitem"]').length).toBeGreaterThan(1);
  let at = 0;
  for (let frame = 0; frame < 60; frame += 1) {
    link.tell({
      fact: 'presence',
      changes: Array.from({ length: 16 }, () => {
        at += 1;
        const aor = people[(at * 7919) % people.length]?.aor ?? '';
        const availability = states[at % states.length] ?? 'away';
        return [aor, { availability, messages: true, asOf: 0 }] as const;
      }),
    });
    await new Promise(requestAnimationFrame);
  }
  await expect
    .poll(() => office.tree.rows.find((row) => row.is === 'group' && row.id === 'band busy'))
    .toMatchObject({ is: 'group' });
  const heads = office.tree.rows.filter((row) => row.is === 'group');
  expect(heads.reduce((sum, head) => sum + (head.is === 'group' ? (head.count ?? 0) : 0), 0)).toBe(10_000);
});

test('every key finds somebody among 10,000 own contacts', async () => {
  const { office } = openOffice(bootWith(people));
  const finder = new Finder(office.people);
  finder.type('grace');
  await expect.poll(() => finder.results.length, { timeout: 10_000 }).toBeGreaterThan(0);
  for (const words of ['g', 'gr', 'gra', 'grac', 'grace', 'grace m', 'grace mw', 'whitlok', 'd', 'da']) {
    finder.type(words);
    expect(finder.results.length, words).toBeGreaterThan(0);
  }
  finder.clear();
});
