import { parseUri, type SipUri } from '../../protocol/sip-uri.ts';
import { createListeners } from '../listeners.ts';
import type { Log } from '../log.ts';
import type { BindingStore } from '../store/bindings.ts';
import type { Connection } from './connection.ts';
import type { Aor, Binding, Clock, Domain, Locations } from './contract.ts';
import type { Gruus } from './gruu.ts';

/** A binding with what only registrar and proxy need. */
export interface Row extends Binding {
  flow: Connection | null;
  expiresAt: number;
  readonly regId: number | null;
  readonly callId: string;
  readonly cseq: number;
  /** Route to set when sending to it (RFC 3327), top first. */
  readonly path: readonly string[];
  /** Other Contact parameters, to be returned as registered. */
  readonly features: ReadonlyMap<string, string | null>;
}

export interface LocationTable extends Locations {
  rows(aor: Aor): readonly Row[];
  /** The rows a request to `uri` (GRUU or Contact) may go to, newest first. */
  rowsFor(uri: SipUri): readonly Row[];
  put(row: Row): void;
  remove(row: Row): void;
  load(): Promise<void>;
  readonly count: number;
}

/** How long a push subscription is believed in after its device was last here: messages are kept as long. */
const PUSH_LIFE = 14 * 86_400_000;

export interface LocationOptions {
  readonly clock: Clock;
  readonly domain: Domain;
  readonly gruus: Gruus;
  readonly store: BindingStore;
  readonly log: Log;
}

/** Every binding of every person. A binding lives as long as its flow; one with push parameters outlives it. */
export function createLocations(options: LocationOptions): LocationTable {
  const { clock, domain, gruus, store, log } = options;
  const people = new Map<Aor, Row[]>();
  const byContact = new Map<string, Row>();
  const timers = new Map<Row, () => void>();
  const byFlow = new Map<Connection, Set<Row>>();
  const failed = (error: unknown): void => log.error('binding-listener-failed', { error });
  const registered = createListeners<[Aor, Binding]>(failed);
  const gone = createListeners<[Aor, Binding]>(failed);

  /** The table here is what counts; a lost write only forgets a sleeping device at the next restart. */
  const keep = (writing: Promise<void>): void => {
    writing.catch((error: unknown) => log.error('binding-not-stored', { error }));
  };
  const drop = (row: Row): boolean => {
    const rows = people.get(row.aor);
    const at = rows?.indexOf(row) ?? -1;
    if (!rows || at < 0) return false;
    rows.splice(at, 1);
    if (rows.length === 0) people.delete(row.aor);
    timers.get(row)?.();
    timers.delete(row);
    if (row.flow) byFlow.get(row.flow)?.delete(row);
    const key = contactKey(row.contact);
    if (byContact.get(key) === row) byContact.delete(key);
    return true;
  };
  const remove = (row: Row): void => {
    if (!drop(row)) return;
    if (row.push) keep(store.remove(row.aor, row.instance ?? row.contact));
    gone.tell(row.aor, row);
  };
  const expireLater = (row: Row): void => {
    timers.get(row)?.();
    timers.set(
      row,
      clock.after(Math.max(0, row.expiresAt - clock.now()), () => remove(row)),
    );
  };
  const flowClosed = (flow: Connection): void => {
    const rows = byFlow.get(flow) ?? [];
    byFlow.delete(flow);
    for (const row of rows) {
      if (!row.push) remove(row);
      else {
        row.flow = null;
        row.expiresAt = clock.now() + PUSH_LIFE;
        expireLater(row);
      }
    }
  };
  const follow = (flow: Connection, row: Row): void => {
    const rows = byFlow.get(flow);
    if (rows) rows.add(row);
    else {
      byFlow.set(flow, new Set([row]));
      flow.onClosed(() => flowClosed(flow));
    }
  };
  const insert = (row: Row): void => {
    const rows = people.get(row.aor) ?? [];
    if (rows.length === 0) people.set(row.aor, rows);
    rows.unshift(row);
    // The first owner of a Contact keeps it, asleep or not: nobody takes a stranger's dialogs over by naming theirs.
    const key = contactKey(row.contact);
    const owner = byContact.get(key);
    if (!owner || owner.aor === row.aor) byContact.set(key, row);
    if (row.flow) follow(row.flow, row);
    expireLater(row);
  };
  const put = (row: Row): void => {
    const old = (people.get(row.aor) ?? []).filter((other) => isSameDevice(other, row));
    for (const other of old) drop(other);
    insert(row);
    if (row.push) keep(persist(store, row, clock.now() + PUSH_LIFE));
    else if (old.some((other) => other.push)) keep(store.remove(row.aor, row.instance ?? row.contact));
    // A device that comes on a new socket has lost the old one, whether that has been noticed or not.
    for (const other of old) {
      const stale = other.flow;
      if (stale && stale !== row.flow && !byFlow.get(stale)?.size) stale.close(1000, 'Replaced');
    }
    registered.tell(row.aor, row);
  };
  const rowsFor = (uri: SipUri): readonly Row[] => {
    const device = domain.isOurs(uri.host) ? gruus.resolve(uri) : null;
    if (!device) {
      const row = byContact.get(keyOf(uri));
      return row ? [row] : [];
    }
    return (people.get(device.aor) ?? []).filter(
      (row) => row.instance === device.instance && (device.epoch === null || device.epoch === row.callId),
    );
  };
  return {
    bindings: (aor) => people.get(aor) ?? [],
    rows: (aor) => people.get(aor) ?? [],
    rowsFor,
    flowFor(text, owner) {
      const uri = parseUri(text);
      if (uri?.kind !== 'sip') return null;
      return rowsFor(uri).find((row) => row.aor === owner && row.flow?.open)?.flow ?? null;
    },
    onRegistered: (listener) => void registered.add(listener),
    onGone: (listener) => void gone.add(listener),
    forget(binding) {
      const row = (people.get(binding.aor) ?? []).find((known) => known.contact === binding.contact);
      if (row && !row.flow) remove(row);
    },
    put,
    remove,
    async load() {
      for (const { provider, prid, param, ...kept } of await store.load(clock.now())) {
        insert({
          ...kept,
          flow: null,
          push: { provider, prid, param },
          regId: null,
          path: [],
          features: new Map(),
        });
      }
    },
    get count() {
      let count = 0;
      for (const rows of people.values()) count += rows.length;
      return count;
    },
  };
}

/** RFC 5626 §6: same instance and reg-id; RFC 3261 §10.3: same Contact. One flow per instance where no reg-id is. */
export function isSameDevice(a: Row, b: Row): boolean {
  if (a.instance !== null && a.instance === b.instance)
    return a.regId === null || b.regId === null || a.regId === b.regId;
  return contactKey(a.contact) === contactKey(b.contact);
}

async function persist(store: BindingStore, row: Row, expiresAt: number): Promise<void> {
  const { aor, contact, instance, q, push, callId, cseq } = row;
  if (push) await store.put({ aor, contact, instance, q, callId, cseq, expiresAt, ...push });
}

function contactKey(contact: string): string {
  const uri = parseUri(contact);
  return uri?.kind === 'sip' ? keyOf(uri) : contact;
}

function keyOf(uri: SipUri): string {
  return `${uri.user ?? ''}@${uri.host}:${uri.port ?? ''}`;
}
