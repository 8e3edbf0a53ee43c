/**
 * What becomes of calls to me: the document that the server keeps and acts on (features.md CF1), seen and changed here.
 * A change is applied to the newest document, so that what another device chose meanwhile survives (412: again).
 */
import {
  CALL_HANDLING,
  type CallHandling,
  decodeCallHandling,
  encodeCallHandling,
  USUAL_HANDLING,
} from '../protocol/call-handling.ts';
import { checkCallHandling } from '../protocol/call-handling-check.ts';
import type { Aor, CallHandlingState, Outcome } from './contract.ts';
import type { Env } from './env.ts';
import type { Http } from './http.ts';
import { parse } from './read-person.ts';
import { xcapDocument } from './xcap.ts';

export type CallHandlingKeeper = (change?: Partial<CallHandling>) => Promise<Outcome<CallHandlingState>>;

export interface CallHandlingDeps {
  readonly env: Env;
  readonly http: Http;
  readonly me: Aor;
  readonly xcapRoot: string | null;
  readonly serviceRoot: string | null;
}

type Places = Omit<CallHandlingState, 'handling'>;

/** How often a change is applied anew before somebody is told. */
const TRIES = 4;
const OFFLINE: Outcome<never> = {
  ok: false,
  why: 'The server cannot be reached. Call handling is kept there: try again when you are connected.',
};
const NONE: Outcome<CallHandlingState> = {
  ok: true,
  value: { handling: null, managers: [], voicemail: false, numbers: false },
};

/** Without `change` it only looks. Every state that is new is told to all tabs. */
export function createCallHandling(deps: CallHandlingDeps): CallHandlingKeeper {
  const { env, http, me, xcapRoot, serviceRoot } = deps;
  const { auid, contentType } = CALL_HANDLING;
  let told = '';
  let last: Promise<unknown> = Promise.resolve();

  /** Whether the server acts on the document at all, and what stands beside it; null: no answer. */
  async function learnPlaces(root: string): Promise<Places | 'none' | null> {
    const { status, body } = await http({ method: 'GET', url: `${root}/call-handling` });
    if (status === 0 || status === 429 || status >= 500) return null;
    const said = (status === 200 ? parse(body) : null) as Record<string, unknown> | null;
    if (!said) return 'none';
    const managers: unknown[] = Array.isArray(said['managers']) ? said['managers'] : [];
    return {
      managers: managers.filter((one): one is Aor => typeof one === 'string' && one.startsWith('sip:')),
      voicemail: said['voicemail'] === true,
      numbers: said['numbers'] === true,
    };
  }

  function tell(state: CallHandlingState): Outcome<CallHandlingState> {
    const text = JSON.stringify(state);
    if (text !== told) env.tell({ fact: 'call-handling', state });
    told = text;
    return { ok: true, value: state };
  }

  async function work(root: string, change?: Partial<CallHandling>): Promise<Outcome<CallHandlingState>> {
    const document = xcapDocument(http, root, me, auid, contentType);
    for (let tries = 0; tries < TRIES; tries++) {
      const places = serviceRoot === null ? 'none' : await learnPlaces(serviceRoot);
      if (places === null) return OFFLINE;
      // Where nobody acts on it, a document is a wish that nobody hears.
      if (places === 'none') return NONE;
      const fetched = await document.fetch(null);
      if (fetched.is === 'unreachable' || fetched.is === 'unchanged') return OFFLINE;
      if (fetched.is === 'unsupported') return NONE;
      const read = fetched.is === 'document' ? decodeCallHandling(fetched.body) : null;
      if (read?.ok === false) {
        env.log(`call handling cannot be read: ${read.why}`);
        return { ok: false, why: 'Another program wrote your call handling in a way Parley does not know.' };
      }
      const handling = read?.value ?? USUAL_HANDLING;
      if (!change) return tell({ handling, ...places });
      const next = { ...handling, ...change };
      const fault = checkCallHandling(next, me, new Set(places.managers));
      if (fault) return { ok: false, why: fault.says };
      const etag = fetched.is === 'document' ? fetched.etag : null;
      const stored = await document.store(encodeCallHandling(next), etag);
      if (stored.is === 'stored') return tell({ handling: next, ...places });
      if (stored.is === 'unreachable') return OFFLINE;
      if (stored.is === 'refused')
        return {
          ok: false,
          why: 'The server did not take this. Nothing was changed.',
          status: stored.status,
        };
    }
    return { ok: false, why: 'Another device is changing your call handling. Try again in a moment.' };
  }

  return (change) => {
    if (xcapRoot === null) return Promise.resolve(NONE);
    const run = last.then(() => work(xcapRoot, change));
    last = run;
    return run;
  };
}
