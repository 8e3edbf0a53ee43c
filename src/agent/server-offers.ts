/**
 * What the server offers to presence, asked at every connection and kept for the time before the answer: whether it
 * keeps access levels apart (RFC 4825 §12), and the states the organisation defined.
 */
import { CUSTOM_STATES, decodeCustomStates, type CustomState } from '../protocol/custom-states.ts';
import { decodeXcapCaps, LEVELS_EXTENSION } from '../protocol/xcap-caps.ts';
import { globalPath } from '../protocol/xcap-uri.ts';
import type { OffersKept } from '../store/meta.ts';
import type { Env, Keeper } from './env.ts';
import type { Http } from './http.ts';

export interface ServerOffers {
  /** Null: not known yet. */
  readonly levelsKept: () => boolean | null;
  readonly customStates: () => readonly CustomState[];
  /** Asks anew. `changed` is called when something is another. */
  ask(): Promise<void>;
}

export function createServerOffers(
  env: Env,
  keeper: Keeper,
  http: Http,
  xcapRoot: string | null,
  kept: OffersKept | null,
  changed: () => void,
): ServerOffers {
  const root = xcapRoot?.replace(/\/$/, '') ?? null;
  let offers: OffersKept =
    kept?.root === root ? kept : { root, levels: root === null ? false : null, states: null };
  let states = readStates(offers.states);

  function readStates(text: string | null): readonly CustomState[] {
    const read = text === null ? null : decodeCustomStates(text);
    if (read && !read.ok) env.log(`states of the organisation cannot be read: ${read.why}`);
    return read?.ok ? read.value : [];
  }

  /** A server that does not answer is asked at the next connection; what was known stands until then. */
  async function levels(from: string): Promise<boolean | null> {
    const { status, body } = await http({ method: 'GET', url: `${from}/${globalPath('xcap-caps')}` });
    if (status === 0 || status === 502 || status === 503 || status === 504) return offers.levels;
    const caps = status === 200 ? decodeXcapCaps(body) : null;
    return caps?.ok === true && caps.value.extensions.includes(LEVELS_EXTENSION);
  }

  async function document(from: string): Promise<string | null> {
    const url = `${from}/${globalPath(CUSTOM_STATES.auid, CUSTOM_STATES.name)}`;
    const { status, body } = await http({ method: 'GET', url });
    if (status === 200) return body;
    return status === 404 || status === 403 ? null : offers.states;
  }

  return {
    levelsKept: () => offers.levels,
    customStates: () => states,
    async ask() {
      if (root === null) return;
      const [asked, text] = await Promise.all([levels(root), document(root)]);
      if (asked === offers.levels && text === offers.states) return;
      if (text !== offers.states) states = readStates(text);
      offers = { root, levels: asked, states: text };
      await keeper.keep([{ put: 'meta', key: 'offers', row: offers }]);
      changed();
    },
  };
}
