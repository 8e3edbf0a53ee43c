/** Who may be brought into a conversation of several people, and what a refusal means in words. */
import { aorOf } from '../../protocol/sip-uri.ts';
import type { Aor, Member } from '../../store/rows.ts';
import { MOST_PEOPLE } from './groups.ts';

export interface Wanted {
  readonly aor: Aor;
  readonly name?: string;
}

/** People to bring in, each once and without `known`; or why not. */
export function chosenPeople(
  wanted: readonly Wanted[],
  known: readonly Aor[],
): { readonly ok: true; readonly people: readonly Member[] } | { readonly ok: false; readonly why: string } {
  const people = new Map<Aor, Member>();
  for (const { aor: address, name = '' } of wanted) {
    const aor = aorOf(address);
    if (aor === null) return { ok: false, why: `${name || address} has no address for messages.` };
    if (!known.includes(aor) && !people.has(aor)) people.set(aor, { aor, name: name.slice(0, 200) });
  }
  if (known.length + people.size > MOST_PEOPLE)
    return {
      ok: false,
      why: `A conversation has room for ${MOST_PEOPLE} people, you included. Choose ${known.length + people.size - MOST_PEOPLE} fewer.`,
    };
  return { ok: true, people: [...people.values()] };
}

const AGAIN = 'The server did not answer. Try again when you are connected.';

/** Why a conversation was not made. */
export function creationWords(status: number | null): string {
  switch (status) {
    case null:
      return AGAIN;
    case 403:
      return 'Only people of your organisation can be in a conversation here. Leave out the others.';
    case 404:
      return 'Somebody you chose has no account here. Leave them out and try again.';
    case 486:
      return 'The server has no room for this conversation: it is too large, or somebody is in too many.';
    case 480:
      return 'That was a lot at once. Wait a moment and try again.';
    default:
      return 'The server could not make this conversation. Try again later.';
  }
}

/** Why somebody was not added or removed. */
export function changeWords(name: string, status: number | null, goes: boolean): string {
  switch (status) {
    case null:
      return AGAIN;
    case 403:
      return goes
        ? `Only whoever made the conversation can remove ${name}.`
        : `${name} cannot be added: you are not in the conversation any more, or ${name} is not of your organisation.`;
    case 404:
      return goes ? `${name} is not in this conversation.` : `${name} has no account here.`;
    case 486:
      return `${name} cannot be added: the conversation is full, or ${name} is in too many.`;
    case 480:
      return 'That was a lot at once. Wait a moment and try again.';
    default:
      return goes
        ? `${name} could not be removed. Try again later.`
        : `${name} could not be added. Try again later.`;
  }
}
