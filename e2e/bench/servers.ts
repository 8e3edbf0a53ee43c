/** What a server's CPU-second carries: the embedded server, and Kamailio under the same load in the same run. */
import { spawnSync } from 'node:child_process';
import { startEmbedded } from '../office/embedded.ts';
import { startKamailio } from '../office/kamailio.ts';
import { cpuOf } from './cpu.ts';
import { leave, namesTo, openRules, PASSWORD, signInAll, stateOf, type Place } from './crowd.ts';
import { pace, type LoadUser } from './load.ts';
import { ofTarget, type Row } from './row.ts';

/** Below the 50 a second one connection may send, answers to what it gets included. */
const RATE = 40;
const PAIRS = 32;
const WATCHERS = 40;
const WATCHED = 20;
/** Requests a second one core has to carry. */
const TARGET = 500;

type Job = 'MESSAGE' | 'REGISTER' | 'NOTIFY';

interface Load {
  /** Requests of the kind a CPU-second of the server carried. */
  readonly perCpu: number;
  /** Requests a second of the clock while measuring, and those that failed. */
  readonly perSecond: number;
  readonly lost: number;
  /** CPU-seconds of the database a CPU-second of the server; 0 where there is none. */
  readonly database: number;
}

interface Measured extends Place {
  readonly pid: () => number;
  readonly databasePid?: () => number;
}

/** A run that warms up, then counts. `work` runs until the given moment and resolves to what it did. */
async function measure(
  place: Measured,
  quick: boolean,
  work: (until: number) => Promise<{ done: number; lost: number }>,
): Promise<Load> {
  const spent = () => [cpuOf(place.pid()), place.databasePid ? cpuOf(place.databasePid()) : 0] as const;
  await work(performance.now() + 1000);
  const [cpu, database] = spent();
  const began = performance.now();
  const { done, lost } = await work(began + (quick ? 2000 : 4000));
  const seconds = (performance.now() - began) / 1000;
  const [cpuAfter, databaseAfter] = spent();
  const used = cpuAfter - cpu;
  return {
    perCpu: done / used,
    perSecond: done / seconds,
    lost,
    database: (databaseAfter - database) / used,
  };
}

async function everybody(
  users: readonly LoadUser[],
  until: number,
  rate: number,
  turn: (user: LoadUser, index: number) => Promise<number>,
): Promise<{ done: number; lost: number }> {
  let lost = 0;
  const counts = await Promise.all(
    users.map((user, index) =>
      pace(until, rate, async () => {
        const status = await turn(user, index);
        if (status < 200 || status > 299) lost += 1;
        return status >= 200 && status <= 299;
      }),
    ),
  );
  return { done: counts.reduce((sum, count) => sum + count, 0), lost };
}

async function messages(place: Measured, quick: boolean): Promise<Load> {
  const users = await signInAll(place, namesTo(2 * PAIRS));
  const [senders, readers] = [users.slice(0, PAIRS), users.slice(PAIRS)];
  const body = 'Is the bearing shelf frozen? I would like to order before noon.';
  try {
    return await measure(place, quick, (until) =>
      everybody(senders, until, RATE, async (user, index) => {
        const reader = readers[index];
        return reader ? user.message(reader, body) : 0;
      }),
    );
  } finally {
    await leave(users);
  }
}

async function registers(place: Measured, quick: boolean): Promise<Load> {
  const users = await signInAll(place, namesTo(PAIRS));
  try {
    return await measure(place, quick, (until) => everybody(users, until, RATE, (user) => user.register()));
  } finally {
    await leave(users);
  }
}

async function notifies(place: Measured, quick: boolean): Promise<Load> {
  const users = await signInAll(place, namesTo(WATCHED + WATCHERS));
  const [watched, watchers] = [users.slice(0, WATCHED), users.slice(WATCHED)];
  try {
    for (const { name } of watched) await openRules(place, name);
    await Promise.all(
      watchers.map(async (watcher) => {
        for (const { aor } of watched) {
          const status = await watcher.subscribe(aor);
          if (status < 200 || status > 299)
            throw new Error(`${watcher.name} may not watch ${aor}: ${status}`);
        }
      }),
    );
    const taken = () => watchers.reduce((sum, { line }) => sum + (line.taken.get('NOTIFY') ?? 0), 0);
    let turn = 0;
    return await measure(place, quick, async (until) => {
      const before = taken();
      // The embedded server tells a watcher of a person once a second at most.
      const { lost } = await everybody(watched, until, 0.98, (user) =>
        user.publish(stateOf(user, (turn += 1))),
      );
      return { done: taken() - before, lost };
    });
  } finally {
    await leave(users);
  }
}

const JOBS: Readonly<Record<Job, (place: Measured, quick: boolean) => Promise<Load>>> = {
  MESSAGE: messages,
  REGISTER: registers,
  NOTIFY: notifies,
};
const PEOPLE = namesTo(2 * PAIRS);

async function onEmbedded(quick: boolean): Promise<Record<Job, Load>> {
  const server = await startEmbedded();
  try {
    await server.addUsers(PEOPLE, PASSWORD);
    const { domain, port, pid } = server;
    const place = { domain, pid, sip: `ws://127.0.0.1:${port}/sip`, xcap: `http://127.0.0.1:${port}/xcap` };
    return await allJobs(place, quick);
  } finally {
    await server.close();
  }
}

async function onKamailio(quick: boolean): Promise<Record<Job, Load>> {
  const server = await startKamailio();
  try {
    await server.addUsers(PEOPLE, PASSWORD);
    const { domain, webPort, pid, databasePid } = server;
    const sip = `ws://127.0.0.1:${webPort}`;
    return await allJobs(
      { domain, pid, databasePid, sip, xcap: `http://127.0.0.1:${webPort}/xcap-root` },
      quick,
    );
  } finally {
    await server.close();
  }
}

async function allJobs(place: Measured, quick: boolean): Promise<Record<Job, Load>> {
  return {
    MESSAGE: await JOBS.MESSAGE(place, quick),
    REGISTER: await JOBS.REGISTER(place, quick),
    NOTIFY: await JOBS.NOTIFY(place, quick),
  };
}

/** Why Kamailio cannot run here, or null. */
export function missingEngine(): string | null {
  const absent = ['kamailio', 'rtpengine', 'turnserver'].filter(
    (program) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0,
  );
  return absent.length > 0 ? `not on this machine: ${absent.join(', ')}` : null;
}

const WHAT: Readonly<Record<Job, string>> = {
  MESSAGE: 'MESSAGE delivered',
  REGISTER: 'REGISTER refreshed',
  NOTIFY: 'NOTIFY sent after a PUBLISH',
};

export async function serversBench(quick: boolean): Promise<readonly Row[]> {
  const ours = await onEmbedded(quick);
  const why = missingEngine();
  const theirs = why === null ? await onKamailio(quick) : null;
  const unit = 'a CPU-second';
  return (Object.keys(WHAT) as Job[]).flatMap((job): Row[] => {
    const own = ours[job];
    const rows: Row[] = [
      {
        name: `${WHAT[job]}, embedded server`,
        figure: own.perCpu,
        unit,
        note: noteOf(own),
        ...(job !== 'REGISTER' && { ratio: ofTarget(own.perCpu, TARGET) }),
      },
    ];
    if (!theirs) return [...rows, { name: `${WHAT[job]}, Kamailio`, figure: null, unit, note: why ?? '' }];
    const other = theirs[job];
    const ratio = { value: own.perCpu / other.perCpu, to: "times Kamailio's" };
    return [
      ...rows,
      { name: `${WHAT[job]}, embedded against Kamailio`, figure: own.perCpu, unit, ratio },
      { name: `${WHAT[job]}, Kamailio`, figure: other.perCpu, unit, note: noteOf(other) },
    ];
  });
}

function noteOf({ perSecond, lost, database }: Load): string {
  const load = `at ${Math.round(perSecond)}/s, ${lost} refused`;
  return database > 0 ? `${load}; PostgreSQL ${database.toFixed(2)} CPU-seconds beside each` : load;
}
