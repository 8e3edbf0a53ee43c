/**
 * The rules we write: who is blocked, who is allowed, and everybody else. Written so that two readings agree:
 * servers that combine all matching rules (RFC 4745) and Kamailio, where the first match wins, `except id` does
 * not work and a rule without transformations shows everything (features.md 1E, K4 to K6).
 */
import { NS } from './namespaces.ts';
import type { Handling, Rule } from './pres-rules.ts';
import { decide } from './pres-rules-decide.ts';
import type { XmlElement } from './xml.ts';
import { type ChildNodes, element, writeXml } from './xml-writer.ts';

/** `blocked` people see Offline (polite-block). AORs. */
export interface AccessList {
  readonly blocked: readonly string[];
  readonly allowed: readonly string[];
  /** Everybody else. */
  readonly default: Handling;
}

/** The document for `pres-rules/users/…/index`. */
export function encodeAccessList(list: AccessList): string {
  const blocked = unique(list.blocked);
  const allowed = unique(list.allowed).filter((one) => !blocked.includes(one));
  const named = [...blocked, ...allowed];
  const rules = [
    blocked.length > 0 && rule('blocked', blocked.map(one), 'polite-block'),
    allowed.length > 0 && rule('allowed', allowed.map(one), 'allow'),
    rule(
      'others',
      [
        policy(
          'many',
          {},
          named.map((id) => policy('except', { id })),
        ),
      ],
      list.default,
    ),
  ];
  return writeXml(policy('ruleset', {}, rules));
}

/** What somebody's rules amount to, also when another client wrote them. */
export function accessListOf(rules: readonly Rule[], now: number): AccessList {
  const ids = rules.flatMap((each) =>
    each.conditions.flatMap((condition) =>
      condition.is === 'identity' ? condition.any.flatMap((who) => (who.is === 'one' ? [who.id] : [])) : [],
    ),
  );
  const named = unique(ids).map((id) => ({ id, handling: decide(rules, id, { now }) }));
  return {
    blocked: named
      .filter(({ handling }) => handling === 'polite-block' || handling === 'block')
      .map(({ id }) => id),
    allowed: named.filter(({ handling }) => handling === 'allow').map(({ id }) => id),
    default: decide(rules, NOBODY, { now }),
  };
}

/** Somebody no rule can name. */
const NOBODY = 'sip:nobody@nowhere.invalid';

function rule(id: string, identities: readonly XmlElement[], handling: Handling): XmlElement {
  return policy('rule', { id }, [
    policy('conditions', {}, [policy('identity', {}, identities)]),
    policy('actions', {}, [element(NS.presRules, 'sub-handling', {}, [handling])]),
    // Order as printed in RFC 5025 §7.
    policy('transformations', {}, [
      provide('provide-services', 'all-services'),
      provide('provide-persons', 'all-persons'),
      provide('provide-devices', 'all-devices'),
      element(NS.presRules, 'provide-all-attributes'),
    ]),
  ]);
}

function policy(name: string, attributes: Record<string, string>, children: ChildNodes = []): XmlElement {
  return element(NS.commonPolicy, name, attributes, children);
}

function provide(name: string, all: string): XmlElement {
  return element(NS.presRules, name, {}, [element(NS.presRules, all)]);
}

function one(id: string): XmlElement {
  return policy('one', { id });
}

function unique(ids: readonly string[]): string[] {
  return [...new Set(ids)];
}
