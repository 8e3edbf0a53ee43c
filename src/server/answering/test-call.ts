/** `sip:echo@DOMAIN`: answers people of this server and plays back what it hears, for a test of microphone and network. */
import type { Log } from '../log.ts';
import type { Media } from '../media/media.ts';
import type { Metrics } from '../metrics.ts';
import type { Aor, Caller, Clock, Domain, Locations, MethodHandler } from '../sip/contract.ts';
import { createAnsweredCalls } from './answered-calls.ts';
import { soundOnly } from './offers.ts';

export interface TestCallOptions {
  readonly media: Media;
  readonly domain: Domain;
  readonly locations: Locations;
  readonly caller: Caller;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface TestCall {
  readonly address: Aor;
  readonly handler: MethodHandler;
  stop(): void;
}

const LIMITS = { atOnce: 20, perCaller: 1, longest: 60_000 };

export function createTestCall({ media, domain, metrics, ...rest }: TestCallOptions): TestCall {
  const address = `sip:echo@${domain.name}`;
  const calls = createAnsweredCalls({ ...rest, address, limits: LIMITS });
  metrics.gauge('parley_test_calls', 'Calls to the echo', () => calls.count);
  return {
    address,
    handler: {
      methods: ['INVITE', 'BYE', 'OPTIONS', 'INFO', 'UPDATE'],
      serves: (aor) => aor === address,
      handle(transaction) {
        const { method, to } = transaction.request;
        if (method !== 'INVITE') return calls.other(transaction);
        if (to.params.has('tag')) return calls.again(transaction);
        return calls.invite(transaction, (id, heard) => {
          media.watch(id, heard);
          return {
            async answer(offer) {
              const sound = soundOnly(offer);
              return sound === null ? null : media.answer(id, sound);
            },
            close: () => void media.close(id),
          };
        });
      },
    },
    stop: () => calls.stop(),
  };
}
