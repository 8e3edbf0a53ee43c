/** `npm run admin -- states …`: what the organisation calls being busy or away ("In court"), for everybody's menu. */
import { type CustomState, decodeCustomStates, encodeCustomStates } from '../../protocol/custom-states.ts';
import { customWords } from '../../protocol/custom-words.ts';
import { BANDS } from '../../protocol/rpid.ts';
import type { Documents } from './documents.ts';
import { CUSTOM_STATES_NAME } from './global-tree.ts';

export const STATES_HELP = `
  npm run admin -- states set <id> ${BANDS.join('|')} "In court" [de="Vor Gericht"] …
  npm run admin -- states remove <id>
  npm run admin -- states list`;

export const STATES_VERBS: readonly string[] = ['set', 'remove', 'list'];

/** What was done, in words. */
interface Done {
  readonly words: string;
  readonly failed?: boolean;
}

/** Runs one command. `more`: what stands behind the id. A state that is set takes the place of the one of its id. */
export async function runStates(
  verb: string,
  id: string | undefined,
  more: readonly string[],
  documents: Documents,
): Promise<Done> {
  if (verb === 'list') {
    const lines = statesIn(documents.read(CUSTOM_STATES_NAME)?.body).map((state) => line(state));
    return { words: lines.join('\n') || 'There are no states of this organisation.' };
  }
  const wanted = verb === 'set' ? stateOf(id, more) : null;
  if (typeof wanted === 'string') return failed(wanted);
  return documents.change(CUSTOM_STATES_NAME, (now) => {
    const before = statesIn(now?.body);
    const others = before.filter((one) => one.id !== id);
    if (wanted === null && others.length === before.length) {
      return { edit: null, answer: failed(`There is no state ${id ?? ''}; "states list" says their ids.`) };
    }
    const place = before.findIndex((one) => one.id === id);
    const after = wanted === null ? others : others.toSpliced(place < 0 ? others.length : place, 0, wanted);
    const text = encodeCustomStates(after);
    // What clients would leave out is better refused here, where somebody reads why.
    if (statesIn(text).length < after.length)
      return { edit: null, answer: failed('There is no room for more.') };
    const words = wanted === null ? `${id} is removed.` : line(wanted);
    return { edit: { write: text }, answer: { words } };
  });
}

/** The state, or a sentence why there is none in these words. */
function stateOf(id: string | undefined, more: readonly string[]): CustomState | string {
  const [given, ...wordings] = more;
  const band = BANDS.find((one) => one === given);
  if (id === undefined || band === undefined || wordings.length === 0)
    return `Say it like this:${STATES_HELP}`;
  const words: Record<string, string> = {};
  for (const wording of wordings) {
    const [, tag = '', text = ''] = /^(?:([A-Za-z0-9-]{2,40})=)?(.*)$/su.exec(wording) ?? [];
    if (Object.hasOwn(words, tag.toLowerCase())) return `Two wordings for ${tag || 'every language'}.`;
    words[tag.toLowerCase()] = text;
  }
  if (!Object.hasOwn(words, ''))
    return 'A wording for every other language is needed, without de= before it.';
  const state = { id, band, words };
  const [read] = statesIn(encodeCustomStates([state]));
  if (read === undefined) return 'An id has letters, digits, dots and hyphens, and a wording is not empty.';
  const lost = Object.entries(words).find(([tag, text]) => read.words[tag] !== text);
  return lost === undefined
    ? state
    : `"${lost[1]}" is too long, has odd characters, or ${lost[0]} is no language.`;
}

function statesIn(text: string | undefined): readonly CustomState[] {
  const read = text === undefined ? null : decodeCustomStates(text);
  return read?.ok === true ? read.value : [];
}

function line(state: CustomState): string {
  const others = Object.entries(state.words).filter(([tag]) => tag !== '');
  return [
    state.id,
    state.band,
    customWords(state, []),
    ...others.map(([tag, text]) => `${tag}=${text}`),
  ].join('\t');
}

function failed(words: string): Done {
  return { words, failed: true };
}
