/** Who is in a group conversation, as its messages tell. */
import type { Aor, GroupInfo, Member, StoredMessage } from '../../store/rows.ts';
import type { GroupHint } from './inbox.ts';

/** features.md I07 */
export const MOST_PEOPLE = 100;

type Told = Pick<StoredMessage, 'sender' | 'event' | 'about'>;

/**
 * The group after a message in it. `refused`: its sender has no business there. `past`: I have left, and it says
 * nothing that concerns me.
 *
 * A focus lets only members write and tells itself who came and went. Without one everybody's letters name the people
 * they go to: who is named there and has not left is in it, so that those who were added at the same time by different
 * people find each other. Only those who are in it may write, and only the one who goes can say so.
 */
export function groupAfter(
  known: GroupInfo | undefined,
  hint: GroupHint,
  told: Told,
  me: Aor,
): GroupInfo | 'refused' | 'past' {
  return hint.focus ? heldByFocus(known, told, me) : heldByAll(known, hint, told, me);
}

function heldByFocus(known: GroupInfo | undefined, { event, about = [] }: Told, me: Aor): GroupInfo {
  const { left, ...group } = known ?? { focus: true, members: [] };
  const isMine = about.includes(me);
  const hasLeft = event === 'left' && isMine ? true : event === 'joined' && isMine ? false : left === true;
  const members =
    event === 'joined'
      ? withMembers(group.members, about)
      : event === 'left'
        ? group.members.filter(({ aor }) => !about.includes(aor))
        : group.members;
  return { ...group, members, ...(hasLeft && { left: true }) };
}

function heldByAll(
  known: GroupInfo | undefined,
  hint: GroupHint,
  { sender, event, about = [] }: Told,
  me: Aor,
): GroupInfo | 'refused' | 'past' {
  if (!known) return { focus: false, members: named(hint.people, []) };
  const comesBack = event === 'joined' && about.includes(me);
  if (known.left && !comesBack && sender !== me) return 'past';
  if (!known.left && sender !== me && !known.members.some(({ aor }) => aor === sender)) return 'refused';
  const goes = event === 'left' && about.includes(sender) ? sender : null;
  const former = new Set(known.former);
  if (event === 'joined') for (const one of about) former.delete(one);
  if (goes !== null) former.add(goes);
  const members = named([...known.members, ...hint.people], known.members).filter(
    ({ aor }) => !former.has(aor),
  );
  return {
    focus: false,
    members: members.slice(0, MOST_PEOPLE),
    ...((goes === me || (known.left && !comesBack)) && { left: true }),
    ...(former.size > 0 && { former: [...former].slice(-MOST_PEOPLE) }),
  };
}

function withMembers(members: readonly Member[], about: readonly Aor[]): Member[] {
  const known = new Set(members.map(({ aor }) => aor));
  const fresh = about.filter((aor) => !known.has(aor)).map((aor) => ({ aor, name: '' }));
  return [...members, ...fresh].slice(0, MOST_PEOPLE);
}

/** Each person once, by the name known already, else the one that is given. */
function named(
  people: readonly { readonly aor: Aor; readonly name: string }[],
  known: readonly Member[],
): Member[] {
  const names = new Map(known.map(({ aor, name }) => [aor, name]));
  const all = new Map<Aor, Member>();
  for (const { aor, name } of people) {
    if (!all.has(aor)) all.set(aor, { aor, name: names.get(aor) || name });
    else if (all.get(aor)?.name === '' && name !== '') all.set(aor, { aor, name });
  }
  return [...all.values()];
}

/** "Ben", "Ben and Cara", "Ben, Cara and 3 others". */
export function listNames(names: readonly string[], most = 3): string {
  const shown = names.slice(0, names.length > most ? most - 1 : most);
  const others = names.length - shown.length;
  if (others > 0) return `${shown.join(', ')} and ${others} others`;
  const last = shown.at(-1) ?? '';
  return shown.length < 2 ? last : `${shown.slice(0, -1).join(', ')} and ${last}`;
}
