/**
 * A call goes on at another device of the same person, over our server and real WebSockets:
 *
 *   ann --INVITE--> ben's desk       up; the desk says so to ben's phone (PUBLISH, NOTIFY dialog)
 *       <--INVITE, Replaces-- phone  up; the desk gets BYE and says where the call went
 */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { RunningServer } from '../../src/server/wiring.ts';
import { Telephone } from './telephone.ts';
import { startOffice } from './user.ts';

let server: RunningServer;
const running: Telephone[] = [];

beforeAll(async () => {
  server = await startOffice(['ann', 'ben', 'eve']);
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.leave()));
});
afterAll(() => server.close());

async function telephone(name: string, device = 1): Promise<Telephone> {
  const made = new Telephone(server.port, name, device);
  running.push(made);
  await made.online();
  return made;
}

/** Ann has called Ben, who took it at the desk; the phone knows. */
async function talking() {
  const [ann, desk, phone] = [await telephone('ann'), await telephone('ben', 1), await telephone('ben', 2)];
  phone.answers = () => undefined;
  const id = await ann.call(desk);
  const [shown] = await phone.user.until(() => phone.elsewhere.length > 0 && phone.elsewhere);
  if (!shown) throw new Error('nothing is shown');
  return { ann, desk, phone, id, shown };
}

/** The call here that goes on with it. */
function moved(phone: Telephone, id: string | undefined): string {
  const outcome = phone.move(id ?? '');
  if (!outcome.ok) throw new Error(outcome.why);
  return outcome.value.id;
}

test('EV2 a call is moved to another device of the same person, and back', async () => {
  const { ann, desk, phone, id, shown } = await talking();
  expect(shown).toMatchObject({ peer: ann.aor, canMove: true });
  expect(desk.elsewhere).toEqual([]);
  const here = moved(phone, shown.id);
  await phone.until(here, ({ state }) => state === 'established');
  const left = await desk.user.until(() => desk.calls.find(({ state }) => state === 'ended'));
  expect(left).toMatchObject({ end: 'hung-up', why: 'The call goes on at your other device.' });
  // To Ann it is the same call.
  expect(ann.up).toMatchObject([{ id, state: 'established' }]);
  const [back] = await desk.user.until(() => desk.elsewhere.length > 0 && desk.elsewhere);
  await phone.user.until(() => phone.elsewhere.length === 0);
  const again = moved(desk, back?.id);
  await desk.until(again, ({ state }) => state === 'established');
  await phone.until(here, ({ state, why }) => state === 'ended' && why === left.why);
  ann.calling.hangUp(id);
  const end = await desk.until(again, ({ state }) => state === 'ended');
  expect(end.why).toBeUndefined();
  await phone.user.until(() => phone.elsewhere.length === 0);
});

test('EV2 the line goes when the call ends; nobody else ever sees it', async () => {
  const { ann, desk, phone, id, shown } = await talking();
  const eve = await telephone('eve');
  const asked = new Promise((resolve) => {
    const options = { target: desk.aor, event: 'dialog', accept: [], expires: 600 };
    eve.user.agent.subscribe(options, resolve);
  });
  expect(await asked).toMatchObject({ is: 'ended', status: 403 });
  ann.calling.hangUp(id);
  await phone.user.until(() => phone.elsewhere.length === 0);
  expect(phone.move(shown.id)).toMatchObject({
    ok: false,
    why: expect.stringMatching(/no longer/) as string,
  });
});

test('EV2 a call that has ended meanwhile cannot be moved, and the device says so', async () => {
  const { ann, desk, phone, id, shown } = await talking();
  phone.user.frozen = true;
  ann.calling.hangUp(id);
  await desk.user.until(() => desk.calls.some(({ state }) => state === 'ended'));
  phone.user.frozen = false;
  const over = await phone.until(moved(phone, shown.id), ({ state }) => state === 'ended');
  expect(over.why).toMatch(/could not be moved here/);
});
