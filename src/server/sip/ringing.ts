import { isFileSession } from '../../protocol/file-offer.ts';
import { forwardingOf } from '../../protocol/history-info.ts';
import type { Aor, Users, Wake } from './contract.ts';
import type { Connection } from './connection.ts';
import type { Fork } from './fork.ts';
import { branchFor, type Forwarding, type Next, type Told } from './forwarding.ts';
import type { LateJoiners, OpenRequest } from './late-joiners.ts';
import type { LocationTable, Row } from './locations.ts';
import { toldOf } from './on-behalf.ts';
import type { ServedRequest } from './server-transaction.ts';

/** How long a call waits for a device that a push notification wakes. */
const PUSH_WAIT = 40_000;

/** Lets every device of a person ring, also those that register meanwhile and those that push wakes (RFC 8599 §5.3). */
export interface Ringing {
  /** Whether there is anything to ring. */
  canRing(transaction: ServedRequest, aor: Aor): boolean;
  /** `been` is told to the devices, where the call has been elsewhere. Ends with the function it gives. */
  begin(fork: Fork, transaction: ServedRequest, aor: Aor, been?: Pick<Told, 'history'>): () => void;
}

export interface RingingOptions {
  readonly locations: LocationTable;
  readonly joiners: LateJoiners;
  readonly users: Users;
  readonly forwarding: Forwarding;
  readonly wake: Wake | null;
}

export function createRinging({ locations, joiners, users, forwarding, wake }: RingingOptions): Ringing {
  const awakeOf = ({ flow }: ServedRequest, aor: Aor): Row[] =>
    newestPerDevice(locations.rows(aor)).filter((row) => row.flow !== flow);
  /** Nobody is woken for a file: it can wait on the server until they come. */
  const asleepOf = ({ request }: ServedRequest, aor: Aor): Row[] =>
    wake && !isFileSession(request.body)
      ? locations.rows(aor).filter((row) => row.push && !row.flow?.open)
      : [];

  return {
    canRing: (transaction, aor) =>
      awakeOf(transaction, aor).length > 0 || asleepOf(transaction, aor).length > 0,
    begin(fork, transaction, aor, been = {}) {
      const { request, flow, sender } = transaction;
      const asleep = asleepOf(transaction, aor);
      const expected = new Set(asleep.map(deviceKey));
      let release = (): void => undefined;
      const open: OpenRequest = {
        joins: (row) => row.flow !== flow,
        add(row) {
          if (row.flow) {
            const next = nextOf(row, row.flow);
            fork.add({
              key: deviceKey(row),
              owner: aor,
              flow: row.flow,
              request: forwarding.toNext(request, flow, next, { ...toldOf(transaction, users), ...been }),
              branch: branchFor(request),
            });
          }
          if (expected.delete(deviceKey(row)) && expected.size === 0) release();
        },
      };
      joiners.wait(aor, open);
      if (asleep.length > 0) {
        release = fork.hold(PUSH_WAIT);
        transaction.answer({ status: 182, reason: 'Waking a device' });
        const { callId } = request;
        const { history } = been;
        const hops = history === undefined ? [] : [{ name: 'History-Info', value: history }];
        const intended = forwardingOf(hops, aor)?.forUser.aor;
        const isFor = intended?.startsWith('sip:') === true ? { intended } : {};
        wake?.wake(aor, { kind: 'call', from: sender, callId, ...isFor, bindings: asleep });
      }
      for (const row of awakeOf(transaction, aor)) open.add(row);
      return () => {
        joiners.over(aor, open);
        if (asleep.length > 0) wake?.over(aor, request.callId);
      };
    },
  };
}

export function nextOf(row: Row, flow: Connection): Next {
  return { owner: row.aor, uri: row.contact, flow, path: row.path };
}

/** Rows are newest first: of the flows of one device (RFC 5626 §5) the newest open one is used. */
export function newestPerDevice(rows: readonly Row[]): Row[] {
  const devices = new Map<string, Row>();
  for (const row of rows) {
    if (row.flow?.open && !devices.has(deviceKey(row))) devices.set(deviceKey(row), row);
  }
  return [...devices.values()];
}

export function deviceKey(row: Row): string {
  return row.instance ?? row.contact;
}
