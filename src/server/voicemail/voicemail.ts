/**
 * `sip:voicemail@DOMAIN;target=sip:anna%40DOMAIN;cause=486` (RFC 4458): answers for somebody, plays a tone and keeps
 * what is said after it. A call comes here by its own address, or is led here by who handles calls for its person.
 */
import { canonicalEscapes, parseUri } from '../../protocol/sip-uri.ts';
import { createAnsweredCalls, type Line } from '../answering/answered-calls.ts';
import { opusIn, opusOnly, soundOnly } from '../answering/offers.ts';
import type { Log } from '../log.ts';
import type { Media, MediaEvent } from '../media/media.ts';
import type { Metrics } from '../metrics.ts';
import type {
  Aor,
  Caller,
  Clock,
  Domain,
  Locations,
  MethodHandler,
  Reach,
  ServerTransaction,
  Users,
} from '../sip/contract.ts';
import type { VoicemailStore } from './store.ts';

export interface VoicemailOptions {
  readonly store: VoicemailStore;
  readonly media: Media;
  readonly users: Users;
  readonly reach: Reach;
  readonly domain: Domain;
  readonly locations: Locations;
  readonly caller: Caller;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Why nothing more may be written to the disk. */
  readonly diskProblem: () => string | null;
}

export interface Voicemail {
  readonly address: Aor;
  readonly handler: MethodHandler;
  /** Takes an INVITE for somebody who does not answer it. */
  leave(transaction: ServerTransaction, owner: Aor): Promise<void>;
  /** Ends what is being said; resolves when it is kept. */
  stop(): Promise<void>;
}

const LONGEST_SECONDS = 180;
/** The tone and a moment to begin. */
const AROUND = 10_000;
const LIMITS = { atOnce: 30, perCaller: 2, longest: LONGEST_SECONDS * 1_000 + AROUND };

export function createVoicemail(options: VoicemailOptions): Voicemail {
  const { store, media, users, reach, domain, clock, log, metrics, diskProblem } = options;
  const address = `sip:voicemail@${domain.name}`;
  const calls = createAnsweredCalls({ ...options, address, limits: LIMITS });
  metrics.gauge('parley_voicemail_calls', 'Callers who leave a message now', () => calls.count);
  const keeping = new Set<Promise<void>>();

  /** One message: the row is there before the first sound, so that no crash loses what was said. */
  const lineFor = (owner: Aor, sender: Aor, name: string, id: string): Line => {
    let place: ReturnType<VoicemailStore['begin']> | null = null;
    return {
      async answer(offer) {
        const sound = soundOnly(offer);
        const payloadType = sound === null ? null : opusIn(sound);
        if (sound === null || payloadType === null) return null;
        place ??= store.begin({ owner, caller: sender, name, at: clock.now() });
        const { path } = await place;
        return media.record(id, opusOnly(sound), { payloadType, path, seconds: LONGEST_SECONDS });
      },
      close() {
        const kept = (async () => {
          await media.close(id);
          if (place !== null) await store.finish((await place).id);
        })()
          .catch((error: unknown) => log.error('voicemail-lost', { error }))
          .finally(() => keeping.delete(kept));
        keeping.add(kept);
      },
    };
  };

  const leave = async (transaction: ServerTransaction, owner: Aor): Promise<void> => {
    const { sender, request } = transaction;
    if (!users.exists(owner)) return transaction.answer({ status: 404 });
    const reached = sender === owner ? null : await reach.decide(sender, owner);
    // As if nobody were there: whoever is blocked does not find out.
    if (reached?.is === 'blocked') return transaction.answer({ status: 480 });
    if (!store.hasRoom(owner, sender))
      return transaction.answer({ status: 480, reason: 'Their voicemail is full' });
    if (diskProblem() !== null) return transaction.answer({ status: 480, reason: 'No room on the server' });
    const name = users.name(sender) ?? request.from.display.slice(0, 200);
    await calls.invite(transaction, (id: string, heard: (event: MediaEvent) => void) => {
      media.watch(id, heard);
      return lineFor(owner, sender, name, id);
    });
  };

  return {
    address,
    leave,
    handler: {
      methods: ['INVITE', 'BYE', 'OPTIONS', 'INFO', 'UPDATE'],
      serves: (aor) => aor === address,
      handle(transaction) {
        const { request } = transaction;
        if (request.method !== 'INVITE') return calls.other(transaction);
        if (request.to.params.has('tag')) return calls.again(transaction);
        const owner = targetOf(request.uri, domain);
        if (owner === null) return transaction.answer({ status: 404, reason: 'Whose voicemail?' });
        return leave(transaction, owner);
      },
    },
    async stop() {
      calls.stop();
      await Promise.all(keeping);
    },
  };
}

/** RFC 4458 §2: the address of the mailbox, as a URI or as user and host, escaped. */
function targetOf(uri: string, domain: Domain): Aor | null {
  const parsed = parseUri(uri);
  const target = parsed?.kind === 'sip' ? parsed.params.get('target') : null;
  if (target === undefined || target === null) return null;
  const plain = canonicalEscapes(target).replace(/%40/gi, '@').replace(/%3a/gi, ':');
  return domain.aorOf(/^sips?:/i.test(plain) ? plain : `sip:${plain}`);
}
