import type { EmbedTokenRequest } from '../../protocol/service-api.ts';
import { plainText } from '../directory/plain-text.ts';

const MOST_ORIGINS = 20;
const MOST_PEOPLE = 200;

/** Reads what somebody wants a token for; a sentence where it cannot be. `exists`: has an account here. */
export function readTokenRequest(
  body: string,
  exists: (aor: string) => boolean,
): EmbedTokenRequest | { readonly why: string } {
  const from = (parse(body) ?? {}) as Readonly<Record<'label' | 'origins' | 'people', unknown>>;
  const label = plainText(typeof from.label === 'string' ? from.label : undefined, 100);
  if (label === undefined) return { why: 'Give the token a name, such as the page it is for.' };
  const origins = texts(from.origins);
  const people = texts(from.people ?? []);
  if (origins === null || origins.length === 0 || origins.length > MOST_ORIGINS) {
    return {
      why: `Name the pages by their origin, such as https://intranet.example; at most ${MOST_ORIGINS}.`,
    };
  }
  const wrong = origins.find((origin) => !isOrigin(origin));
  if (wrong !== undefined) {
    return { why: `${wrong.slice(0, 100)} is no origin, such as https://intranet.example without a path.` };
  }
  if (people === null || people.length > MOST_PEOPLE) return { why: `Name at most ${MOST_PEOPLE} people.` };
  const stranger = people.find((aor) => !exists(aor));
  if (stranger !== undefined) return { why: `${stranger.slice(0, 100)} has no account here.` };
  return { label, origins: [...new Set(origins)], people: [...new Set(people)] };
}

function isOrigin(text: string): boolean {
  const url = text.length <= 200 ? URL.parse(text) : null;
  return url !== null && url.origin === text && (url.protocol === 'https:' || url.protocol === 'http:');
}

function texts(value: unknown): string[] | null {
  if (!Array.isArray(value)) return null;
  return value.every((one) => typeof one === 'string') ? value : null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
