import { percentile } from './bench/row.ts';
import { expect, onKamailio, signIn, test, type Person } from './office/test.ts';
import { Screen } from './office/screen.ts';
import { installEar } from './roaming/ear.ts';
import { ownNetwork } from './roaming/namespaces.ts';
import { talk } from './roaming/roam.ts';
import { roamInOwnNetwork } from './roaming/run.ts';

const where = onKamailio ? 'Kamailio' : 'embedded';
const network = ownNetwork();
/** Each kind of change once; `npm run bench -- --only roaming` makes a hundred. */
const CHANGES = 3;
/** Milliseconds without sound that a call may have when an address changes (reliability.md §8, 19). */
const MOST_SILENT = 3_000;

if (!('why' in network)) {
  test(`T20 N02 an address change in a call, over two network namespaces: it is heard again in 3 s, both ways (${where})`, async () => {
    const { changes, dropped } = await roamInOwnNetwork(
      network.before,
      CHANGES,
      onKamailio ? 'kamailio' : 'embedded',
    );
    expect(dropped).toBeNull();
    for (const { kind, here, there } of changes)
      test.info().annotations.push({ type: kind, description: `${here} ms here, ${there} ms there` });
    // Of three the median: a machine that does something else for a moment is no call that does not come back.
    for (const side of ['here', 'there'] as const)
      expect(
        percentile(
          changes.map((change) => change[side]),
          0.5,
        ),
        side,
      ).toBeLessThan(MOST_SILENT);
  });
} else {
  // Said in the name, so that nobody takes one for the other.
  test(`T20 N02 a network change in a call, without another address (${network.why}): it is heard again (${where})`, async ({
    person,
  }) => {
    const [anna, ben] = [await here('anna'), await here('ben')];
    await talk(new Screen(anna.page), new Screen(ben.page), ben.address);
    const before = await anna.page.evaluate(() => ear.path());
    for (const { page } of [anna, ben]) await page.evaluate(() => ear.listen());
    anna.door.path.cut();
    await anna.page.evaluate(() => dispatchEvent(new Event('online')));
    await expect.poll(() => anna.page.evaluate(() => ear.path())).not.toBe(before);
    for (const { page } of [anna, ben]) {
      await expect.poll(() => page.evaluate(() => ear.heard().packets)).toBeGreaterThan(50);
      expect(await page.evaluate(() => ear.heard().longest)).toBeLessThan(MOST_SILENT);
    }

    async function here(name: string): Promise<Person> {
      const one = await person(name, { signedIn: false });
      await one.context.addInitScript(installEar);
      await signIn(one);
      return one;
    }
  });
}
