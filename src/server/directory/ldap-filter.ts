/**
 * Questions to an LDAP server (RFC 4515), built as trees: what somebody typed is a value in them and can never be read
 * as syntax.
 */
import { AndFilter, EqualityFilter, type Filter, OrFilter, SubstringFilter } from 'ldapts';
import { addressOf } from './plain-text.ts';
import type { LdapSettings } from './settings.ts';

/** The words as typed, since the server compares accents its own way: at most eight of 60 characters. */
function typedWords(text: string): string[] {
  return text
    .toWellFormed()
    .slice(0, 500)
    .split(/[^\p{L}\p{M}\p{N}+@._'’-]+/u)
    .filter(Boolean)
    .slice(0, 8)
    .map((word) => word.slice(0, 60));
}

/** People each of whose words begins a word of a name, an address, a title, a team, or lies within a number. */
export function wordsFilter(settings: LdapSettings, words: string): Filter {
  const { fields } = settings;
  const texts = new Set([
    ...fields.name,
    'cn',
    'sn',
    'givenName',
    ...fields.title,
    ...fields.team,
    ...fields.company,
  ]);
  const numbers = [...fields.work, ...fields.mobile, ...fields.home];
  const names = new Set(['uid', 'sAMAccountName', ...fields.email]);
  const filters = typedWords(words).map((word) => {
    const digits = word.replace(/[^\d+]/g, '');
    return new OrFilter({
      filters: [
        ...[...texts].flatMap((attribute) => [
          new SubstringFilter({ attribute, initial: word }),
          new SubstringFilter({ attribute, any: [` ${word}`] }),
        ]),
        ...[...names].map((attribute) => new SubstringFilter({ attribute, initial: word })),
        ...(digits.length >= 3
          ? numbers.map((attribute) => new SubstringFilter({ attribute, any: [digits] }))
          : []),
      ],
    });
  });
  return new AndFilter({ filters: [settings.peopleFilter, ...filters] });
}

/** Groups by the beginnings of the words of their name. */
export function groupsFilter(groups: Filter, words: string): Filter {
  const filters = typedWords(words).map(
    (word) =>
      new OrFilter({
        filters: ['cn', 'displayName', 'description'].flatMap((attribute) => [
          new SubstringFilter({ attribute, initial: word }),
          new SubstringFilter({ attribute, any: [` ${word}`] }),
        ]),
      }),
  );
  return new AndFilter({ filters: [groups, ...filters] });
}

/** Whoever has one of the addresses. Null when no entry could have any. */
export function addressFilter(settings: LdapSettings, aors: readonly string[]): Filter | null {
  const either = aors.flatMap((aor) => {
    const bare = aor.slice('sip:'.length);
    return settings.address.flatMap((rule): Filter[] => {
      const pattern = /^\{(.+)\}(@.+)$/.exec(rule);
      if (!pattern) {
        return [bare, aor].map((value) => new EqualityFilter({ attribute: rule, value }));
      }
      const [, attribute = '', ending = ''] = pattern;
      const isOurs = bare.toLowerCase().endsWith(ending.toLowerCase());
      return isOurs ? [new EqualityFilter({ attribute, value: bare.slice(0, -ending.length) })] : [];
    });
  });
  return either.length === 0
    ? null
    : new AndFilter({ filters: [settings.peopleFilter, new OrFilter({ filters: either })] });
}

/** Groups that name the entry themselves (RFC 4519 §3.5, §3.6; RFC 2307 `memberUid`). */
export function holdingFilter(groups: Filter, dn: string, uid: string | undefined): Filter {
  return new AndFilter({
    filters: [
      groups,
      new OrFilter({
        filters: [
          new EqualityFilter({ attribute: 'member', value: dn }),
          new EqualityFilter({ attribute: 'uniqueMember', value: dn }),
          ...(uid === undefined ? [] : [new EqualityFilter({ attribute: 'memberUid', value: uid })]),
        ],
      }),
    ],
  });
}

/** The address of an entry by the rules of `settings.address`; null when it has none. `read` gives an attribute's values. */
export function addressIn(
  settings: LdapSettings,
  read: (attribute: string) => readonly string[],
): string | null {
  for (const rule of settings.address) {
    const pattern = /^\{(.+)\}(@.+)$/.exec(rule);
    const values = read(pattern?.[1] ?? rule);
    for (const value of values) {
      const aor = addressOf(pattern ? `${value}${pattern[2]}` : value);
      if (aor !== null) return aor;
    }
  }
  return null;
}

/** Attributes that the address rules read. */
export function addressAttributes(settings: LdapSettings): string[] {
  return settings.address.map((rule) => /^\{(.+)\}/.exec(rule)?.[1] ?? rule);
}
