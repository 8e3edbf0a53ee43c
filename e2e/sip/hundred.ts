/** A hundred people in one conversation, each a SIP user on a WebSocket of their own, with the server in this process. */
import { parseCpim } from '../../src/protocol/cpim.ts';
import { messageIdOf } from '../../src/protocol/imdn.ts';
import { addAccount } from '../../src/server/auth/accounts.ts';
import { makeGroup, watch, words, type Watch } from '../../src/server/focus/test-group.ts';
import { aorOf, openOffice, PASSWORD } from '../../src/server/testing/office.ts';
import type { Phone } from '../../src/server/testing/phone.ts';

export const PEOPLE = 100;
/** Milliseconds, for a machine that does other things as well. */
export const PATIENCE = 120_000;

/** Milliseconds until all the others had a message, and what this process worked meanwhile. */
export interface Took {
  readonly wall: number;
  readonly work: number;
}

export interface Hundred {
  readonly focus: string;
  readonly phones: readonly Phone[];
  readonly watches: readonly Watch[];
  /** By Message-ID: who wrote it. */
  readonly owners: ReadonlyMap<string, number>;
  /** By person and Message-ID: how often it came. */
  readonly got: readonly ReadonlyMap<string, number>[];
  /** Resolves once all the others have it. Rejects when the focus refuses it. */
  send(from: number, id: string): Promise<Took>;
  close(): Promise<void>;
}

export const nameOf = (index: number): string => `p${String(index).padStart(2, '0')}`;

export async function openHundred(): Promise<Hundred> {
  const office = await openOffice({ limits: { perAddress: 2 * PEOPLE } });
  const phones: Phone[] = [];
  const watches: Watch[] = [];
  const got: Map<string, number>[] = [];
  const owners = new Map<string, number>();
  /** By Message-ID: people who still lack it, and who waits for that. */
  const waiting = new Map<string, { lack: number; done: () => void }>();
  for (let index = 0; index < PEOPLE; index++) {
    const entry = { aor: aorOf(nameOf(index)), name: `Person ${index}` };
    await addAccount(office.server.users, office.server.domain, entry, PASSWORD);
  }
  for (let index = 0; index < PEOPLE; index++) {
    const phone = await office.device(nameOf(index));
    const mine = new Map<string, number>();
    got.push(mine);
    phones.push(phone);
    phone.answer('MESSAGE', (request) => {
      phone.reply(request, { status: 200 });
      const read = parseCpim(request.body);
      const id = (read.ok ? messageIdOf(read.value) : undefined) ?? 'none';
      mine.set(id, (mine.get(id) ?? 0) + 1);
      const wait = waiting.get(id);
      if (wait && --wait.lack === 0) wait.done();
    });
  }
  const [first] = phones;
  if (!first) throw new Error('nobody');
  const others = Array.from({ length: PEOPLE - 1 }, (_, index) => nameOf(index + 1));
  const focus = await makeGroup(first, others, 'All hands');
  for (const phone of phones) watches.push(await watch(phone, focus));

  return {
    ...{ focus, phones, watches, owners, got },
    async send(from, id) {
      const arrived = new Promise<void>((done) => waiting.set(id, { lack: PEOPLE - 1, done }));
      const phone = phones[from];
      if (!phone) throw new Error('nobody');
      owners.set(id, from);
      const message = words({ from: phone.aor, to: focus, id, text: `from ${from}`, subject: 'All hands' });
      const [start, before] = [performance.now(), process.cpuUsage()];
      const request = phone.start('MESSAGE', message);
      const response = await phone.responses.take(({ callId }) => callId === request.callId, '202', PATIENCE);
      if (response.status !== 202) throw new Error(`refused: ${response.status}`);
      await arrived;
      const { user, system } = process.cpuUsage(before);
      return { wall: performance.now() - start, work: (user + system) / 1000 };
    },
    close: () => office.close(),
  };
}
