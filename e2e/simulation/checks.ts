/** What must be true once everything has healed. Each violation is a sentence. */
import type { SimDevice } from './sim-device.ts';
import type { SimServer } from './sim-server.ts';
import { DOMAIN } from './sim-server.ts';

/** A message somebody tried to send. `taken`: the agent said so. */
export interface Attempt {
  readonly from: SimDevice;
  readonly to: string;
  readonly text: string;
  taken: boolean;
}

export const aorOfUser = (user: string): string => `sip:${user}@${DOMAIN}`;

export function checkMessages(devices: readonly SimDevice[], attempts: readonly Attempt[]): string[] {
  const violations: string[] = [];
  const count = new Map<string, number>();
  for (const device of devices)
    for (const row of device.shelves.messages.values()) {
      const key = `${device.id} ${row.text}`;
      count.set(key, (count.get(key) ?? 0) + 1);
    }
  for (const { from, to, text, taken } of attempts) {
    const kept = (count.get(`${from.id} ${text}`) ?? 0) > 0;
    if (taken && !kept) violations.push(`${from.id} took "${text}" and has lost it`);
    const concerned = devices.filter((device) => device.user === from.user || device.user === to);
    for (const device of concerned) {
      const times = count.get(`${device.id} ${text}`) ?? 0;
      if (times !== (kept ? 1 : 0)) violations.push(`"${text}" stands ${times} times on ${device.id}`);
    }
  }
  for (const device of devices) {
    if (device.shelves.outbox.size > 0)
      violations.push(`${device.id} still has ${device.shelves.outbox.size} waiting`);
    for (const row of device.shelves.messages.values())
      if (row.mine && (row.state === 'queued' || row.state === 'failed'))
        violations.push(`"${row.text}" is ${row.state} on ${device.id}`);
  }
  return violations;
}

/** Every device of both ends has the messages of a conversation in one order. */
export function checkOrder(devices: readonly SimDevice[]): string[] {
  const violations: string[] = [];
  const orders = new Map<string, { readonly device: string; readonly order: string }>();
  for (const device of devices) {
    const peers = new Set([...device.shelves.messages.values()].map((row) => row.conversation));
    for (const peer of peers) {
      const rows = [...device.shelves.messages.values()].filter((row) => row.conversation === peer);
      rows.sort((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1));
      const pair = [aorOfUser(device.user), peer].sort().join(' ');
      const order = rows.map((row) => row.text).join(' | ');
      const first = orders.get(pair);
      if (!first) orders.set(pair, { device: device.id, order });
      else if (first.order !== order)
        violations.push(`order differs on ${first.device} and ${device.id}:\n  ${first.order}\n  ${order}`);
    }
  }
  return violations;
}

/** No tab was told the same text under two names. */
export function checkShown(devices: readonly SimDevice[]): string[] {
  const violations: string[] = [];
  for (const device of devices) {
    const texts = new Set<string>();
    for (const row of device.shown.values()) {
      if (texts.has(row.text)) violations.push(`"${row.text}" was shown twice on ${device.id}`);
      texts.add(row.text);
    }
  }
  return violations;
}

export function checkRegistrations(devices: readonly SimDevice[], server: SimServer): string[] {
  const violations: string[] = [];
  for (const user of new Set(devices.map((device) => device.user))) {
    const rows = server
      .locations()
      .rows(aorOfUser(user))
      .filter((row) => row.flow?.open);
    const expected = devices.filter((device) => device.user === user).length;
    const instances = new Set(rows.map((row) => row.instance)).size;
    const kept = devices
      .filter((device) => device.user === user)
      .map((device) => device.shelves.meta['instance-id']);
    for (const row of rows)
      if (!kept.some((instance) => instance === row.instance?.replace(/^<|>$/g, '')))
        violations.push(`${user} is registered with an instance that none of the devices keeps`);
    if (rows.length !== expected || instances !== expected)
      violations.push(`${user} has ${rows.length} registrations for ${expected} devices`);
  }
  return violations;
}

/** `notes`: what each user's note was set to last. */
export function checkPresence(
  devices: readonly SimDevice[],
  contacts: ReadonlyMap<string, readonly string[]>,
  notes: ReadonlyMap<string, string>,
): string[] {
  const violations: string[] = [];
  for (const device of devices)
    for (const peer of contacts.get(device.user) ?? []) {
      const seen = device.presence.get(aorOfUser(peer));
      const note = notes.get(peer);
      if (seen?.note !== note)
        violations.push(`${device.id} sees the note "${seen?.note}" of ${peer}, who wrote "${note}"`);
      if (seen?.availability === 'unknown' || seen?.availability === 'offline')
        violations.push(`${device.id} sees ${peer} as ${seen.availability}`);
    }
  return violations;
}

/** Timers of one agent: a handful, however much happened. */
const MOST_TIMERS = 30;

export function checkTimers(devices: readonly SimDevice[]): string[] {
  return devices
    .filter((device) => device.timers() > MOST_TIMERS)
    .map((device) => `${device.id} has ${device.timers()} timers`);
}
