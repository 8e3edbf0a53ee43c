/**
 * One run: people write to each other while everything breaks, then everything heals, and what must hold is checked.
 *
 *   build -> sign in -> (act, break)* -> heal -> quiet -> check
 */
import {
  aorOfUser,
  checkMessages,
  checkOrder,
  checkPresence,
  checkRegistrations,
  checkShown,
  checkTimers,
  type Attempt,
} from './checks.ts';
import { NO_FAULTS, type Faults } from './faults.ts';
import { createNetwork, type Network } from './network.ts';
import { createSimDevice, type SimDevice } from './sim-device.ts';
import { createSimServer, type SimServer } from './sim-server.ts';
import { createTimeline, type Timeline } from './timeline.ts';

export interface Outcome {
  readonly violations: readonly string[];
  /** What happened, one line each, for reading a failing seed. */
  readonly story: readonly string[];
  /** Everything that every device holds. */
  readonly end: readonly (readonly string[])[];
  readonly messages: number;
}

interface World {
  readonly time: Timeline;
  readonly network: Network;
  readonly server: SimServer;
  readonly devices: readonly SimDevice[];
  readonly attempts: Attempt[];
  readonly notes: Map<string, string>;
  readonly tell: (line: string) => void;
}

/** Monday morning, so that no date is a special one. */
const START = Date.UTC(2026, 10, 23, 9);

export async function simulate(seed: number, faults: Partial<Faults> = {}): Promise<Outcome> {
  const planted = { ...NO_FAULTS, ...faults };
  const time = createTimeline(seed, START);
  const story: string[] = [];
  const tell = (line: string) => {
    story.push(`${((time.now() - START) / 1000).toFixed(3)} ${line}`);
  };
  const network = createNetwork(time);
  const users = time.random() < 0.5 ? ['ann', 'ben'] : ['ann', 'ben', 'cat'];
  const server = createSimServer(time, network, users, planted);
  const devices = users.flatMap((user) => {
    const own = user !== 'cat' && time.random() < 0.4 ? 2 : 1;
    return Array.from({ length: own }, (_, index) =>
      createSimDevice(time, network, user, `${user}${index + 1}`, planted),
    );
  });
  const world: World = { time, network, server, devices, attempts: [], notes: new Map(), tell };
  const contacts = new Map(users.map((user) => [user, users.filter((other) => other !== user)]));

  void server.start();
  await time.runUntil(START + 1000);
  for (const device of devices) {
    device.skew = time.random() < 0.3 ? (time.random() - 0.5) * 2 * 86_400_000 : 0;
    void device.start();
  }
  await time.runUntil(START + 5000);
  for (const device of devices)
    for (const other of contacts.get(device.user) ?? [])
      void device.ask('add-contact', { aor: aorOfUser(other), name: other });
  await time.runUntil(START + 8000);

  killAtWorstMoments(world);
  const steps = 25 + time.pick(40);
  for (let step = 0; step < steps; step++) {
    act(world);
    await time.runUntil(time.now() + time.random() * 2500);
  }
  await heal(world);
  for (const user of users) setNote(world, user, `final ${user}`);
  await time.runUntil(time.now() + 60_000);

  const violations = [
    ...checkMessages(devices, world.attempts),
    ...checkOrder(devices),
    ...checkShown(devices),
    ...checkRegistrations(devices, server),
    ...checkPresence(devices, contacts, world.notes),
    ...checkTimers(devices),
    ...server.keptTwice(),
  ];
  const end = devices.map((device) => [
    device.id,
    ...[...device.shelves.messages.values()].map((row) => `${row.text} ${row.state} ${row.order}`).sort(),
  ]);
  return { violations, story, end, messages: world.attempts.length };
}

function act(world: World): void {
  const { time, devices } = world;
  const device = devices[time.pick(devices.length)];
  if (!device) return;
  const draw = time.random();
  if (draw < 0.55) send(world, device);
  else if (draw < 0.63) readAll(world, device);
  else if (draw < 0.67) setNote(world, device.user, `note ${time.pick(1000)}`);
  else disturb(world, device);
}

function send(world: World, device: SimDevice): void {
  const { time, devices, attempts, tell } = world;
  const others = [...new Set(devices.map((one) => one.user))].filter((user) => user !== device.user);
  const to = others[time.pick(others.length)];
  if (to === undefined || !device.running()) return;
  const burst = time.random() < 0.2 ? 5 : 1;
  for (let index = 0; index < burst; index++) {
    const attempt: Attempt = { from: device, to, text: `m${attempts.length}`, taken: false };
    attempts.push(attempt);
    tell(`${device.id} writes ${attempt.text} to ${to}`);
    void device.ask('send', { conversation: aorOfUser(to), text: attempt.text }).then((outcome) => {
      if (outcome.ok) attempt.taken = true;
    });
  }
}

/** The worst moment for a worker to die: a message has come in and is not stored yet. */
function killAtWorstMoments({ time, network, devices, tell }: World): void {
  network.onDelivery = (client, frame) => {
    const device = devices.find((one) => one.id === client);
    if (!device || !frame.startsWith('MESSAGE ') || time.random() > 0.03) return;
    time.after(
      time.random() * 4,
      () => {
        if (!device.running()) return;
        tell(`${device.id} is killed at the worst moment`);
        device.kill();
        time.after(
          1000,
          () => {
            if (!device.running()) void device.start();
          },
          'schedule',
        );
      },
      'schedule',
    );
  };
}

function readAll({ tell }: World, device: SimDevice): void {
  for (const conversation of device.shelves.conversations.values()) {
    if (!conversation.last) continue;
    tell(`${device.id} reads ${conversation.id}`);
    void device.ask('mark-read', { conversation: conversation.id, through: conversation.last.id });
  }
}

/** Notes are written on the first device of a person: two devices with two notes are another matter. */
function setNote({ devices, notes, tell }: World, user: string, text: string): void {
  const device = devices.find((one) => one.user === user);
  if (!device?.running()) return;
  tell(`${device.id} notes "${text}"`);
  notes.set(user, text);
  void device.ask('set-note', { text });
}

function disturb(world: World, device: SimDevice): void {
  const { time, network, server, tell } = world;
  const line = network.lines(device.id)[0];
  const later = (ms: number, run: () => void) => time.after(ms, run, 'schedule');
  const draw = time.random();
  if (draw < 0.25) {
    tell(`${device.id} is cut`);
    line?.cut();
  } else if (draw < 0.38) {
    tell(`${device.id} is half-open`);
    line?.freeze();
  } else if (draw < 0.48) {
    const ms = time.random() * 20_000;
    tell(`${device.id} has no path for ${ms.toFixed(0)} ms`);
    network.down.add(device.id);
    line?.cut();
    later(ms, () => network.down.delete(device.id));
  } else if (draw < 0.58) {
    tell('the server is killed');
    if (!server.running()) return;
    server.kill();
    later(200 + time.random() * 6000, () => {
      tell('the server starts');
      if (!server.running()) void server.start();
    });
  } else if (draw < 0.72) {
    tell(`${device.id} is killed`);
    device.kill();
    if (time.random() < 0.3) device.skew = (time.random() - 0.5) * 2 * 86_400_000;
    later(100 + time.random() * 5000, () => {
      tell(`${device.id} starts`);
      if (!device.running()) void device.start();
    });
  } else if (draw < 0.78) {
    tell(`${device.id} loses its tab`);
    device.killTab();
  } else if (draw < 0.84) {
    // A clock that counts on by itself loses what the machine slept; it is set only with a new start.
    device.skew -= time.random() * 30_000;
    tell(`the clock of ${device.id} is off by ${device.skew.toFixed(0)} ms`);
  } else if (draw < 0.95) {
    const status = ([401, 423, 503] as const)[time.pick(3)] ?? 503;
    const ms = 1000 + time.random() * 8000;
    tell(`a storm of ${status} for ${ms.toFixed(0)} ms`);
    server.storm = { status, until: time.now() + ms };
  } else {
    tell('all passwords are asked for again');
    server.revokeAll();
  }
}

/** Everything works again; sockets that are half-open stay so until somebody notices. */
async function heal(world: World): Promise<void> {
  const { time, network, server, devices, tell } = world;
  tell('healed');
  network.onDelivery = () => undefined;
  server.storm = null;
  network.down.clear();
  if (!server.running()) void server.start();
  for (const device of devices) if (!device.running()) void device.start();
  await time.runUntil(time.now() + 20_000);
  for (const device of devices)
    if (device.refused()) {
      tell(`${device.id} signs in again`);
      void device.signIn();
    }
  await time.runUntil(time.now() + 170_000);
}
