/**
 * Where devices are, as Kamailio's registrar knows it. Kamailio tells of each change through the database:
 *
 *   here <aor> <flow> <Contact field>     after a REGISTER
 *   gone <aor> <flow> <Contact field>     after a REGISTER that ended it, or when it expired or its socket went
 *
 * separated by line ends. What was missed is put right by looking at the registrar's table (`location`) now and then.
 */
import { parseNameAddr, splitList } from '../../protocol/sip-header.ts';
import { parseUri } from '../../protocol/sip-uri.ts';
import { createListeners } from '../listeners.ts';
import type { Log } from '../log.ts';
import type { Aor, Binding, Clock, Domain, Flow, Locations } from '../sip/contract.ts';
import type { Postgres } from './database.ts';

export interface DeviceTable extends Locations {
  /** The device's connection by the proxy's name of it. */
  flowOf(id: string, address: string, user: Aor): Flow;
  /** NOTIFYs can go out, or can again: whoever waits is told. */
  ready(): void;
  /** Reads the registrar's table; again every minute from then on. Rejects with PostgreSQL's error. */
  start(): Promise<void>;
  readonly count: number;
  stop(): void;
}

export interface DeviceOptions {
  readonly postgres: Postgres;
  readonly domain: Domain;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether NOTIFYs can go out now. */
  readonly isLinked: () => boolean;
}

/** A connection of a device to the proxy: nothing is sent on it from here, but its end counts. */
interface FarFlow extends Flow {
  open: boolean;
}

interface Device extends Binding {
  readonly flow: FarFlow;
  /** Looks at the table in a row that did not find it. */
  missed: number;
}

/** Kamailio writes its table every ten seconds: what has just changed is not in it yet. Milliseconds. */
const TABLE_LAG = 30_000;
const LOOK_EVERY = 60_000;
const MOST_MISSED = 2;
/** Begins the name of a connection that the table does not name. */
const TABLE = 'table ';
/** Flows remembered of devices that never registered. */
const MOST_FLOWS = 50_000;

export function createDevices({ postgres, domain, clock, log, isLinked }: DeviceOptions): DeviceTable {
  const people = new Map<Aor, Device[]>();
  const flows = new Map<string, FarFlow>();
  /** When a device was told gone, by person and device. */
  const goneAt = new Map<string, number>();
  const failed = (error: unknown): void => log.error('device-listener-failed', { error });
  const registered = createListeners<[Aor, Binding]>(failed);
  const gone = createListeners<[Aor, Binding]>(failed);
  let stop = (): void => undefined;

  const flowOf = (id: string, address: string, user: Aor): FarFlow => {
    const known = flows.get(id);
    if (known !== undefined) return known;
    const flow = {
      id,
      address,
      transport: 'TCP',
      user,
      open: true,
      send: noSending,
      close: noSending,
    } as const;
    if (flows.size >= MOST_FLOWS) flows.clear();
    // A proxy that names none means a peer without a connection.
    if (id !== '') flows.set(id, flow);
    return flow;
  };
  const put = (device: Device): void => {
    const rest = (people.get(device.aor) ?? []).filter((one) => keyOf(one) !== keyOf(device));
    const old = (people.get(device.aor) ?? []).find((one) => keyOf(one) === keyOf(device));
    people.set(device.aor, [device, ...rest]);
    goneAt.delete(`${device.aor} ${keyOf(device)}`);
    if (old !== undefined && old.flow !== device.flow) end(old.flow);
    registered.tell(device.aor, device);
  };
  const drop = (device: Device): void => {
    const rest = (people.get(device.aor) ?? []).filter((one) => one !== device);
    if (rest.length === 0) people.delete(device.aor);
    else people.set(device.aor, rest);
    goneAt.set(`${device.aor} ${keyOf(device)}`, clock.now());
    if (!rest.some(({ flow }) => flow === device.flow)) end(device.flow);
    gone.tell(device.aor, device);
  };
  const end = (flow: FarFlow): void => {
    flow.open = false;
    flows.delete(flow.id);
  };
  const hear = (payload: string): void => {
    const [word, to = '', id = '', ...contacts] = payload.split('\n');
    if (word !== 'here' && word !== 'gone') return;
    const aor = domain.aorOf(to);
    if (aor === null) return;
    const all = people.get(aor) ?? [];
    const field = contacts.join(' ').trim();
    const over = word === 'gone' && id !== '' ? flows.get(id) : undefined;
    if (over !== undefined) end(over);
    if (word === 'gone' && field === '*') return all.forEach(drop);
    for (const { contact, instance } of readContacts(field)) {
      if (word === 'here') {
        const flow = flowOf(id, '', aor);
        put({ aor, contact, instance, flow, expiresAt: Infinity, q: 1000, push: null, missed: 0 });
        continue;
      }
      const device = all.find((one) => keyOf(one) === (instance ?? contact));
      // It has come back on another connection meanwhile.
      if (device !== undefined && (id === '' || device.flow.id === id || device.flow.id.startsWith(TABLE)))
        drop(device);
    }
  };
  const look = async (): Promise<void> => {
    const rows = await postgres.query(
      'SELECT username, contact, instance, connection_id FROM location WHERE domain = $1',
      [domain.name],
    );
    const present = new Set<string>();
    for (const row of rows) {
      const aor = `sip:${String(row['username'])}@${domain.name}`;
      const contact = String(row['contact']);
      const instance = row['instance'] === null ? null : bare(String(row['instance']));
      const key = `${aor} ${instance ?? contact}`;
      present.add(key);
      const known = (people.get(aor) ?? []).find((one) => `${aor} ${keyOf(one)}` === key);
      if (known !== undefined) known.missed = 0;
      else if (clock.now() - (goneAt.get(key) ?? -Infinity) > TABLE_LAG) {
        const connection = Number(row['connection_id']);
        const flow = flowOf(connection > 0 ? String(connection) : `${TABLE}${key}`, '', aor);
        put({ aor, contact, instance, flow, expiresAt: Infinity, q: 1000, push: null, missed: 0 });
      }
    }
    for (const device of [...people.values()].flat()) {
      if (present.has(`${device.aor} ${keyOf(device)}`)) continue;
      device.missed += 1;
      if (device.missed >= MOST_MISSED) drop(device);
    }
    for (const [key, at] of goneAt) if (clock.now() - at > TABLE_LAG) goneAt.delete(key);
  };
  const lookAgain = (): void => {
    stop = clock.after(LOOK_EVERY, () => {
      look()
        .catch((error: unknown) => log.warn('devices-not-read', { error }))
        .finally(lookAgain);
    });
  };
  postgres.feed.onNotices((payloads) => payloads.forEach(hear));
  postgres.feed.onGap(look);

  return {
    flowOf,
    bindings: (aor) => people.get(aor) ?? [],
    flowFor(text, owner) {
      if (!isLinked()) return null;
      const uri = parseUri(text);
      const instance = uri?.kind === 'sip' ? uri.params.get('gr') : null;
      const all = people.get(owner) ?? [];
      const device = all.find((one) => (instance ? one.instance === instance : one.contact === text));
      return device?.flow ?? null;
    },
    onRegistered: (listener) => void registered.add(listener),
    onGone: (listener) => void gone.add(listener),
    forget: () => undefined,
    ready() {
      for (const device of [...people.values()].flat()) registered.tell(device.aor, device);
    },
    async start() {
      await look();
      lookAgain();
    },
    get count() {
      let count = 0;
      for (const all of people.values()) count += all.length;
      return count;
    },
    stop: () => stop(),
  };
}

function noSending(): void {
  // Kamailio sends on it.
}

function keyOf({ instance, contact }: Pick<Binding, 'instance' | 'contact'>): string {
  return instance ?? contact;
}

function readContacts(field: string): { readonly contact: string; readonly instance: string | null }[] {
  return (splitList(field) ?? []).flatMap((part) => {
    const address = parseNameAddr(part);
    if (address === null) return [];
    const instance = address.params.get('+sip.instance');
    return [{ contact: address.uri, instance: typeof instance === 'string' ? bare(instance) : null }];
  });
}

/** `"<urn:uuid:…>"` without what is around it. */
function bare(instance: string): string {
  return instance.replace(/^"?<?|>?"?$/g, '');
}
