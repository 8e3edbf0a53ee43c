/**
 * Who may see a presentity: common policy (RFC 4745) with presence actions and transformations (RFC 5025).
 * Decoding only; what the rules mean together is `pres-rules-decide.ts`, what we write is `access-policy.ts`.
 */
import { parseDateTime } from './date-time.ts';
import { type Decoded, decoded, refused } from './decoded.ts';
import { NS } from './namespaces.ts';
import {
  LARGE_DOCUMENT,
  type XmlElement,
  attribute,
  childElement,
  childElements,
  childText,
  isElement,
  parseXml,
  textOf,
} from './xml.ts';

export const PRES_RULES_TYPE = 'application/auth-policy+xml';

/** How a subscription is handled (RFC 5025 §3.2.1), weakest first. */
export const HANDLINGS = ['block', 'confirm', 'polite-block', 'allow'] as const;
export type Handling = (typeof HANDLINGS)[number];

export interface Rule {
  readonly id: string;
  /** All must hold; none: always (RFC 4745 §7). */
  readonly conditions: readonly Condition[];
  /** `null`: this rule says nothing about subscriptions. */
  readonly handling: Handling | null;
  readonly provides: Provides;
}

export type Condition =
  | { readonly is: 'identity'; readonly any: readonly Identity[] }
  /** OMA: nobody whom another rule names. */
  | { readonly is: 'other-identity' }
  | { readonly is: 'anonymous' }
  /** One of these spans, milliseconds. */
  | { readonly is: 'validity'; readonly spans: readonly { readonly from: number; readonly until: number }[] }
  | { readonly is: 'sphere'; readonly value: string }
  /** Not understood: never holds (RFC 4745 §10.3). */
  | { readonly is: 'unknown' };

export type Identity =
  | { readonly is: 'one'; readonly id: string }
  | {
      readonly is: 'many';
      readonly domain?: string;
      readonly exceptIds: readonly string[];
      readonly exceptDomains: readonly string[];
    };

/** What of the document is shown (RFC 5025 §3.3). Nothing stated, nothing shown. */
export interface Provides {
  readonly services: Provided;
  readonly persons: Provided;
  readonly devices: Provided;
  /** `true`: all attributes; else the names stated, without `provide-`. */
  readonly attributes: true | readonly string[];
}

/** Elements by their RPID class, or all of them. */
export interface Provided {
  readonly all: boolean;
  readonly classes: readonly string[];
}

/** Decode a rules document. A rule with something unknown in it stays, with that condition never holding. */
export function decodePresRules(text: string): Decoded<readonly Rule[]> {
  const xml = parseXml(text, LARGE_DOCUMENT);
  if (!xml.ok) return xml;
  const root = xml.value;
  if (root.ns !== NS.commonPolicy || root.name !== 'ruleset') return refused('not a ruleset');
  return decoded(childElements(root, NS.commonPolicy, 'rule').map(readRule));
}

function readRule(rule: XmlElement): Rule {
  const conditions = childElement(rule, NS.commonPolicy, 'conditions');
  const actions = childElement(rule, NS.commonPolicy, 'actions');
  const transformations = childElement(rule, NS.commonPolicy, 'transformations');
  const word = actions && childText(actions, NS.presRules, 'sub-handling')?.toLowerCase();
  return {
    id: attribute(rule, 'id') ?? '',
    conditions: conditions ? conditions.children.filter(isElement).map(readCondition) : [],
    handling: HANDLINGS.find((one) => one === word) ?? null,
    provides: readProvides(transformations),
  };
}

function readCondition(one: XmlElement): Condition {
  if (one.ns === NS.omaCommonPolicy && one.name === 'other-identity') return { is: 'other-identity' };
  if (one.ns === NS.omaCommonPolicy && one.name === 'anonymous-request') return { is: 'anonymous' };
  if (one.ns !== NS.commonPolicy) return { is: 'unknown' };
  if (one.name === 'identity')
    return { is: 'identity', any: one.children.filter(isElement).flatMap(readIdentity) };
  if (one.name === 'sphere') return { is: 'sphere', value: attribute(one, 'value') ?? '' };
  if (one.name === 'validity') return { is: 'validity', spans: readSpans(one) };
  return { is: 'unknown' };
}

function readIdentity(one: XmlElement): Identity[] {
  if (one.ns !== NS.commonPolicy) return [];
  if (one.name === 'one') {
    const id = attribute(one, 'id');
    // A `one` with children narrows in ways we do not know: it then names nobody.
    return id && !one.children.some(isElement) ? [{ is: 'one', id }] : [];
  }
  if (one.name !== 'many') return [];
  const excepts = childElements(one, NS.commonPolicy, 'except');
  const domain = attribute(one, 'domain');
  return [
    {
      is: 'many',
      ...(domain !== undefined && { domain }),
      exceptIds: excepts.flatMap((each) => attribute(each, 'id') ?? []),
      exceptDomains: excepts.flatMap((each) => attribute(each, 'domain') ?? []),
    },
  ];
}

/** `from` and `until` alternate (RFC 4745 §7.4); a pair with an unreadable time is no span. */
function readSpans(validity: XmlElement): { from: number; until: number }[] {
  const froms = childElements(validity, NS.commonPolicy, 'from');
  const untils = childElements(validity, NS.commonPolicy, 'until');
  return froms.flatMap((one, i) => {
    const from = parseDateTime(textOf(one));
    const until = parseDateTime(textOf(untils[i]));
    return from === undefined || until === undefined ? [] : [{ from, until }];
  });
}

function readProvides(transformations: XmlElement | undefined): Provides {
  const children = transformations ? childElements(transformations, NS.presRules) : [];
  const provided = (name: string, all: string): Provided => {
    const parts = children
      .filter((one) => one.name === name)
      .flatMap((one) => childElements(one, NS.presRules));
    return {
      all: parts.some((one) => one.name === all),
      classes: parts.filter((one) => one.name === 'class').map(textOf),
    };
  };
  const names = children
    .filter((one) => !WHOLE.includes(one.name) && !NOT_STATED.includes(textOf(one).toLowerCase()))
    .map((one) => one.name.replace(/^provide-/, ''));
  return {
    services: provided('provide-services', 'all-services'),
    persons: provided('provide-persons', 'all-persons'),
    devices: provided('provide-devices', 'all-devices'),
    attributes: children.some((one) => one.name === 'provide-all-attributes') || names,
  };
}

const WHOLE: readonly string[] = [
  'provide-services',
  'provide-persons',
  'provide-devices',
  'provide-all-attributes',
];
const NOT_STATED: readonly string[] = ['false', '0'];
