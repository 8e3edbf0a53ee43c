import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Counter } from '../metrics.ts';
import {
  type Answer,
  type Directory,
  type DirectoryGroup,
  type Member,
  type MemberRef,
  PATIENCE,
  type Person,
  type Source,
} from './contract.ts';

export interface DirectoryOptions {
  /** The first one's word counts where several know a person: the accounts of this server. */
  readonly sources: readonly Source[];
  readonly clock: Clock;
  readonly log: Log;
  /** Answers that a source owed, by its name. */
  readonly failures: Counter;
}

/** Joins the sources. A person of several is one person; what the first does not say, the next may. */
export function createDirectory({ sources, clock, log, failures }: DirectoryOptions): Directory {
  /** What each source says, in their order; `null` for one that failed or took too long. */
  async function ask<T>(
    work: (source: Source) => Promise<T>,
    of: readonly Source[] = sources,
  ): Promise<{ said: readonly (T | null)[]; problem?: string }> {
    const silent: string[] = [];
    const said = await Promise.all(
      of.map((source) =>
        within(clock, work(source)).catch((error: unknown) => {
          silent.push(source.name);
          failures.add(source.name);
          log.warn('directory-source-failed', { source: source.name, error });
          return null;
        }),
      ),
    );
    if (silent.length === 0) return { said };
    return { said, problem: `No answer from ${silent.join(' and ')}; this is what the rest knows.` };
  }

  /** Fills the gaps of people found in one source with what the others know of them. */
  async function complete(found: readonly (readonly Person[] | null)[]): Promise<Map<string, Person>> {
    const merged = new Map<string, Person>();
    for (const people of found)
      for (const person of people ?? []) merged.set(person.aor, { ...person, ...merged.get(person.aor) });
    const missing = (index: number): string[] => {
      const has = new Set((found[index] ?? []).map(({ aor }) => aor));
      return [...merged.keys()].filter((aor) => !has.has(aor));
    };
    const { said } = await ask((source) => {
      const index = sources.indexOf(source);
      // Who was silent just now is not waited for again.
      const aors = found[index] === null ? [] : missing(index);
      return aors.length > 0 ? source.people(aors) : Promise.resolve(new Map<string, Person>());
    });
    for (const [index, known] of said.entries())
      for (const [aor, person] of known ?? []) {
        const before = merged.get(aor);
        merged.set(aor, index === 0 ? { ...before, ...person } : { ...person, ...before });
      }
    return merged;
  }

  /** Everybody, also those whom nobody knows any more: the address is a name then. */
  async function people(refs: readonly MemberRef[]): Promise<Map<string, Person>> {
    const aors = refs.flatMap((ref) => (ref.is === 'person' ? [ref.aor] : []));
    const known = refs.flatMap((ref) => (ref.is === 'person' && ref.known ? [ref.known] : []));
    const { said } = await ask((source) => source.people(aors));
    const all = new Map(aors.map((aor): [string, Person] => [aor, { aor, name: nameOf(aor) }]));
    for (const person of known) all.set(person.aor, person);
    for (const found of [...said].reverse())
      for (const [aor, person] of found ?? []) all.set(aor, { ...all.get(aor), ...person });
    return all;
  }

  const ofGroup = (id: string): Source | null => sources.find(({ prefix }) => id.startsWith(prefix)) ?? null;

  async function group(id: string): Promise<Answer<DirectoryGroup | null>> {
    const source = ofGroup(id);
    if (!source) return { value: null };
    const { said, problem } = await ask(() => source.group(id), [source]);
    return answer(said[0] ?? null, problem);
  }

  return {
    group,
    async search(words, limit) {
      const [found, lists] = await Promise.all([
        ask((source) => source.search(words, limit)),
        ask((source) => source.searchGroups(words, limit)),
      ]);
      const everybody = [...(await complete(found.said)).values()];
      return answer(
        {
          people: everybody.sort(byName).slice(0, limit),
          groups: lists.said
            .flatMap((groups) => groups ?? [])
            .sort(byName)
            .slice(0, limit),
        },
        found.problem ?? lists.problem,
      );
    },
    async searchGroups(words, limit) {
      const { said, problem } = await ask((source) => source.searchGroups(words, limit));
      return answer(
        said
          .flatMap((groups) => groups ?? [])
          .sort(byName)
          .slice(0, limit),
        problem,
      );
    },
    async entry(aor) {
      const { said, problem } = await ask((source) => source.people([aor]));
      const known = said.flatMap((found) => found?.get(aor) ?? []);
      return answer(
        known.length > 0 ? known.reduceRight((rest, one) => ({ ...rest, ...one })) : null,
        problem,
      );
    },
    async portrait(aor) {
      const { said } = await ask((source) => source.portrait(aor));
      return said.find((picture) => picture !== null) ?? null;
    },
    async groupsOf(aor) {
      const { said, problem } = await ask((source) => source.groupsOf(aor));
      return answer(said.flatMap((groups) => groups ?? []).sort(byName), problem);
    },
    async members(id, offset, limit) {
      const source = ofGroup(id);
      if (!source) return { value: null };
      const { said, problem } = await ask(() => source.members(id, offset, limit), [source]);
      const page = said[0] ?? null;
      if (!page) return answer(null, problem);
      const known = await people(page.members);
      const members: Member[] = [];
      for (const ref of page.members) {
        if (ref.is === 'person') {
          const person = known.get(ref.aor);
          if (person) members.push({ is: 'person', person });
        } else {
          const nested = ref.known ?? (await group(ref.id)).value;
          if (nested) members.push({ is: 'group', group: nested });
        }
      }
      return answer({ group: page.group, members, total: page.total }, problem);
    },
    stop() {
      for (const source of sources) source.stop();
    },
  };
}

function answer<T>(value: T, problem: string | undefined): Answer<T> {
  return problem === undefined ? { value } : { value, problem };
}

/** Rejects when `work` takes longer than anybody waits. */
function within<T>(clock: Clock, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = clock.after(PATIENCE, () => reject(new Error('no answer in time')));
    work.then(resolve, reject).finally(stop);
  });
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name.localeCompare(b.name, 'en');
}

function nameOf(aor: string): string {
  return aor.slice('sip:'.length, aor.lastIndexOf('@'));
}
