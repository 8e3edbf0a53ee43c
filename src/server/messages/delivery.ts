import type { Log } from '../log.ts';
import type { Counter } from '../metrics.ts';
import type { Connection } from '../sip/connection.ts';
import type { Aor, Caller, Clock, Sent, Users } from '../sip/contract.ts';
import type { LocationTable, Row } from '../sip/locations.ts';
import { PLAIN, type MessageStore, type StoredMessage } from '../store/messages.ts';
import { unseal } from './envelope.ts';

/** How long a message waits for devices. */
export const KEPT_FOR = 14 * 86_400_000;

/** Messages on the way to one device at the same time. */
const WINDOW = 16;

const FIRST_RETRY = 2_000;
const LONGEST_RETRY = 60_000;

/** Contact feature of a device that shows its owner's messages sent from other devices. */
const COPIES = '+parley.copies';

export interface DeliveryOptions {
  readonly store: MessageStore;
  readonly locations: LocationTable;
  readonly caller: Caller;
  readonly users: Users;
  readonly clock: Clock;
  readonly log: Log;
  /** By outcome: delivered, refused, retried. */
  readonly count: Counter;
}

/** One device catching up with its owner's mailbox. Ends with its flow; the cursor is in the store. */
interface Pump {
  readonly owner: Aor;
  readonly device: string;
  readonly flow: Connection;
  /** As last registered. */
  row: Row;
  /** How often the device has answered a message in a way that makes no sense for it. */
  readonly oddities: Map<number, number>;
  /** Numbers sent and not yet below the cursor, in order, and which of them are settled. */
  readonly sent: number[];
  readonly settled: Set<number>;
  inFlight: number;
  /** Everything up to here is settled; null until the store was asked. */
  cursor: number | null;
  /** Highest number read from the store. */
  read: number;
  /** Something failed for now: stop, and begin again at the cursor in a while. */
  rewinding: boolean;
  reading: boolean;
  again: boolean;
  failures: number;
}

export interface Delivery {
  /** The owner's mailbox has grown. */
  kick(owner: Aor): void;
}

/** Brings every stored message to every device of its owner, until that device has answered 2xx. */
export function createDelivery(options: DeliveryOptions): Delivery {
  const { store, locations, caller, users, clock, log, count } = options;
  const pumps = new Map<string, Pump>();

  const start = (row: Row): void => {
    if (!row.flow?.open) return;
    const device = deviceOf(row);
    const key = keyOf(row.aor, device);
    const known = pumps.get(key);
    const { flow } = row;
    if (known?.flow === flow) {
      known.row = row;
      return void fill(known);
    }
    const pump: Pump = {
      owner: row.aor,
      device,
      flow,
      row,
      oddities: new Map(),
      sent: [],
      settled: new Set(),
      inFlight: 0,
      cursor: null,
      read: 0,
      rewinding: false,
      reading: false,
      again: false,
      failures: 0,
    };
    pumps.set(key, pump);
    void fill(pump);
  };

  const fill = async (pump: Pump): Promise<void> => {
    if (pump.reading) {
      pump.again = true;
      return;
    }
    pump.reading = true;
    try {
      do {
        pump.again = false;
        pump.cursor ??= pump.read = await store.cursor(pump.owner, pump.device);
        const room = WINDOW - pump.inFlight;
        if (room <= 0 || pump.rewinding || !isCurrent(pump)) break;
        if (pump.flow.congested) {
          clock.after(FIRST_RETRY, () => void fill(pump));
          break;
        }
        const since = clock.now() - KEPT_FOR;
        const messages = await store.pending(pump.owner, pump.read, since, room);
        for (const message of messages) {
          pump.read = message.sequence;
          send(pump, message);
        }
        if (messages.length === room) pump.again = true;
      } while (pump.again);
    } catch (error) {
      log.error('delivery-failed', { owner: pump.owner, error });
    } finally {
      pump.reading = false;
    }
  };

  const send = (pump: Pump, message: StoredMessage): void => {
    pump.sent.push(message.sequence);
    if (pump.settled.has(message.sequence)) return settle(pump, message.sequence);
    const own = message.sender === pump.owner && message.recipient !== pump.owner;
    const request =
      own && !pump.row.features.has(COPIES)
        ? null
        : unseal(message, pump.row, users.name(message.sender) ?? '');
    if (!request) return settle(pump, message.sequence);
    pump.inFlight += 1;
    caller
      .request(request, pump.flow)
      .then((sent) => {
        pump.inFlight -= 1;
        ended(pump, message, sent);
      })
      .catch((error: unknown) => log.error('delivery-failed', { owner: pump.owner, error }));
  };

  const ended = (pump: Pump, message: StoredMessage, sent: Sent): void => {
    const outcome = isOdd(pump, message, sent) ? 'refused' : outcomeOf(sent);
    count.add(outcome);
    if (outcome === 'retried') pump.rewinding = true;
    if (pump.rewinding && pump.inFlight === 0) rewindLater(pump);
    if (outcome === 'retried') return;
    if (outcome === 'refused' && 'response' in sent) {
      log.warn('message-refused', { owner: pump.owner, device: pump.device, status: sent.response.status });
    }
    pump.failures = 0;
    pump.oddities.delete(message.sequence);
    settle(pump, message.sequence);
    void fill(pump);
  };

  /** The cursor follows the oldest number that is not settled. */
  const settle = (pump: Pump, sequence: number): void => {
    pump.settled.add(sequence);
    let cursor: number | undefined;
    while (pump.sent[0] !== undefined && pump.settled.delete(pump.sent[0])) cursor = pump.sent.shift();
    if (cursor === undefined) return;
    pump.cursor = cursor;
    store.confirm(pump.owner, pump.device, cursor, clock.now()).catch((error: unknown) => {
      // Costs no message: the device is sent it again and answers again.
      log.error('cursor-lost', { owner: pump.owner, error });
    });
  };

  /** What was settled beyond the cursor stays settled and is not sent twice. */
  const rewindLater = (pump: Pump): void => {
    const wait = Math.min(LONGEST_RETRY, FIRST_RETRY * 2 ** pump.failures);
    pump.failures += 1;
    clock.after(wait, () => {
      pump.sent.length = 0;
      pump.read = pump.cursor ?? 0;
      pump.rewinding = false;
      void fill(pump);
    });
  };

  /** A pump ends with its flow, and when its device leaves. */
  const isCurrent = (pump: Pump): boolean =>
    pump.flow.open && pumps.get(keyOf(pump.owner, pump.device)) === pump;
  const leave = (row: Row): void => {
    pumps.delete(keyOf(row.aor, deviceOf(row)));
  };

  locations.onRegistered((_aor, binding) => start(binding as Row));
  locations.onGone((_aor, binding) => leave(binding as Row));
  return {
    kick(owner) {
      for (const row of locations.rows(owner)) start(row);
    },
  };
}

function deviceOf(row: Row): string {
  return row.instance ?? PLAIN + row.contact;
}

function keyOf(owner: Aor, device: string): string {
  return `${owner} ${device}`;
}

/**
 * Answers that speak of a dialog, a password or a call say nothing about a message. A device that gives one again and
 * again would keep the rest of the mailbox waiting: after some tries it goes without.
 */
function isOdd(pump: Pump, { sequence }: StoredMessage, sent: Sent): boolean {
  if ('lost' in sent || !ODD.includes(sent.response.status)) return false;
  const times = (pump.oddities.get(sequence) ?? 0) + 1;
  pump.oddities.set(sequence, times);
  return times >= MOST_ODD;
}

const ODD: readonly number[] = [401, 407, 481, 486, 487, 491];
const MOST_ODD = 5;

/** A refusal for good ends it for this device; everything else is tried again. */
function outcomeOf(sent: Sent): 'delivered' | 'refused' | 'retried' {
  if ('lost' in sent) return sent.lost === 'unsendable' ? 'refused' : 'retried';
  const { status } = sent.response;
  if (status < 300) return 'delivered';
  const isPassing = status >= 500 ? status < 600 : status === 408 || status === 480 || ODD.includes(status);
  return isPassing ? 'retried' : 'refused';
}
