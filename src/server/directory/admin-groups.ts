/** `npm run admin -- group …`: distribution lists and teams of the built-in directory. */
import { accountAddress } from '../auth/accounts.ts';
import type { GroupStore } from './groups-store.ts';
import { addressOf, plainText } from './plain-text.ts';

export const GROUP_HELP = `
  npm run admin -- group add <name> [--description …]
  npm run admin -- group remove <name or id>
  npm run admin -- group member <name or id> add|remove <person or group> …
  npm run admin -- group list [<name or id>]`;

export const GROUP_VERBS: readonly string[] = ['add', 'remove', 'member', 'list'];

/** What was done, in words. */
interface Done {
  readonly words: string;
  readonly failed?: boolean;
}

/** Runs one command. `more`: what stands behind the name. */
export async function runGroup(
  verb: string,
  name: string | undefined,
  more: readonly string[],
  description: string | undefined,
  groups: GroupStore,
  domain: string,
): Promise<Done> {
  if (verb === 'list' && name === undefined) {
    const lines = groups.list().map((group) => [group.id, group.name, `${group.size} members`].join('\t'));
    return { words: lines.join('\n') || 'There are no groups.' };
  }
  if (verb === 'add') {
    const clean = plainText(name);
    if (clean === undefined) return failed('A name such as "Bridge design" is needed.');
    const added = await groups.add(clean, plainText(description, 500));
    return 'why' in added ? failed(added.why) : { words: `${clean} is added: ${added.id}` };
  }
  const group = groups.find(name ?? '');
  if (!group)
    return failed(`There is no group ${name ?? ''}, or several of that name; "group list" says their ids.`);
  if (verb === 'remove') {
    await groups.remove(group.id);
    return { words: `${group.name} is removed.` };
  }
  if (verb === 'list') {
    const members = groups.members(group.id, 0, group.size)?.members ?? [];
    const lines = members.map((one) =>
      one.is === 'person' ? one.aor : `${one.id}\t${groups.group(one.id)?.name ?? ''}`,
    );
    return { words: lines.join('\n') || `${group.name} has no members.` };
  }
  const [how, ...those] = more;
  if ((how !== 'add' && how !== 'remove') || those.length === 0) {
    return failed('Say whom: group member <name or id> add alice bob "Bridge design"');
  }
  const members: string[] = [];
  for (const one of those) {
    const member = groups.find(one)?.id ?? accountAddress(one, domain) ?? addressOf(one);
    if (member === null) return failed(`${one} is neither a group nor an address.`);
    members.push(member);
  }
  if (how === 'remove') {
    let gone = 0;
    for (const member of members) gone += (await groups.removeMember(group.id, member)) ? 1 : 0;
    return { words: `${gone} removed from ${group.name}.` };
  }
  const changed = await groups.addMembers(group.id, members);
  return changed.ok
    ? { words: `${group.name} has ${groups.group(group.id)?.size ?? 0} members.` }
    : failed(changed.why);
}

function failed(words: string): Done {
  return { words, failed: true };
}
