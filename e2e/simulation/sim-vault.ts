/** The store of a simulated device: commits take time, and a killed worker never learns how its last one ended. */
import { commitTo, createMemoryVault, type Shelves } from '../../src/store/memory-vault.ts';
import type { StoredMessage } from '../../src/store/rows.ts';
import type { Committed, Vault, Write } from '../../src/store/vault.ts';
import type { Faults } from './faults.ts';
import type { Timeline } from './timeline.ts';

export function createSimVault(
  shelves: Shelves,
  time: Timeline,
  alive: () => boolean,
  deviceNow: () => number,
  faults: Faults,
): Vault {
  const vault = createMemoryVault(shelves);
  let copies = 0;
  /** Transactions over the same stores are done in the order of their making. */
  let free = 0;

  function planted(write: Write): Write[] {
    if (faults.outboxForgets && 'put' in write && write.put === 'outbox' && write.row.tries > 0)
      return [{ remove: 'outbox', key: write.row.id }];
    if (!('add' in write) || write.add !== 'messages') return [write];
    const { row } = write;
    const placed: StoredMessage =
      faults.orderByArrival && !row.mine ? { ...row, order: Math.round(deviceNow()) } : row;
    const key = `${row.conversation}\n${row.sender}\n${row.id}`;
    if (faults.noUniqueIndex && shelves.messages.has(key))
      return [{ put: 'messages', row: { ...placed, id: `${row.id} ${++copies}` } }];
    return [{ add: 'messages', row: placed }];
  }

  return {
    ...vault,
    async load() {
      const image = await vault.load();
      return faults.outboxNotRead ? { ...image, outbox: [] } : image;
    },
    commit(writes) {
      return new Promise<Committed>((resolve) => {
        free = Math.max(free, time.now()) + 0.5 + time.random() * 6;
        time.after(
          free - time.now(),
          () => {
            // Torn: the worker died before, and the disk has it or has it not, as a whole.
            if (!alive() && time.random() < 0.5) return;
            const result = commitTo(shelves, writes.flatMap(planted));
            if (alive()) resolve(result);
          },
          'disk',
        );
      });
    },
  };
}
