/** States an organisation defines (features.md P27): one global XCAP document that every client reads. */
import { type Decoded, decoded, refused } from './decoded.ts';
import { NS } from './namespaces.ts';
import { BANDS, type Band } from './rpid.ts';
import { attribute, childElements, parseXml, textOf } from './xml.ts';
import { element, writeXml } from './xml-writer.ts';

/** `custom-states` lies at `<root>/org.openmobilealliance.user-profile/global/custom-states`. */
export const CUSTOM_STATES = { auid: 'org.openmobilealliance.user-profile', name: 'custom-states' } as const;
export const CUSTOM_STATES_TYPE = 'application/xml';

/** "In court": `band` decides the badge and what gets through. */
export interface CustomState {
  readonly id: string;
  readonly band: Band;
  /** Words by BCP 47 tag, lower case; `''` is for every other language and always there. */
  readonly words: Readonly<Record<string, string>>;
}

const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const TAG = /^[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,4}$/;
const MAX_STATES = 50;
const MAX_LANGUAGES = 60;
const MAX_WORDS = 80;

/**
 * Decode. A state without a usable id, band or words is left out, as is the second of an id; an unlabelled wording, or
 * else the first, stands for every other language.
 */
export function decodeCustomStates(text: string): Decoded<readonly CustomState[]> {
  const xml = parseXml(text);
  if (!xml.ok) return xml;
  const root = xml.value;
  if (root.ns !== NS.parleyStates || root.name !== 'states') return refused('not a document of states');
  const states = new Map<string, CustomState>();
  for (const one of childElements(root, NS.parleyStates, 'state')) {
    const id = attribute(one, 'id') ?? '';
    const band = BANDS.find((each) => each === attribute(one, 'band'));
    if (!ID.test(id) || band === undefined || states.has(id) || states.size >= MAX_STATES) continue;
    const words = new Map<string, string>();
    let first: string | undefined;
    for (const wording of childElements(one, NS.parleyStates, 'words').slice(0, MAX_LANGUAGES)) {
      const said = plain(textOf(wording));
      const tag = attribute(wording, 'lang', NS.xml)?.toLowerCase() ?? '';
      if (said === '' || (tag !== '' && !TAG.test(tag)) || words.has(tag)) continue;
      first ??= said;
      words.set(tag, said);
    }
    if (first === undefined) continue;
    states.set(id, { id, band, words: Object.fromEntries([['', first], ...words]) });
  }
  return decoded([...states.values()]);
}

/** Encode: what an administrator puts there. */
export function encodeCustomStates(states: readonly CustomState[]): string {
  const children = states.map(({ id, band, words }) =>
    element(
      NS.parleyStates,
      'state',
      { id, band },
      Object.entries(words).map(([tag, text]) =>
        element(NS.parleyStates, 'words', { [`{${NS.xml}}lang`]: tag === '' ? undefined : tag }, [text]),
      ),
    ),
  );
  return writeXml(element(NS.parleyStates, 'states', {}, children));
}

/** One line of bounded length: it stands beside names. Controls and marks that turn the direction of text go. */
function plain(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .trim()
    .slice(0, MAX_WORDS);
}
