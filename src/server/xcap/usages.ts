/**
 * The application usages this server knows, one record each (RFC 4825 §5). A document is checked for its root and
 * for what its usage demands of uniqueness; unknown elements inside it are the clients' business.
 */
import { checkCallHandling } from '../../protocol/call-handling-check.ts';
import { CALL_HANDLING, MAX_HANDLING, readCallHandling } from '../../protocol/call-handling.ts';
import { NS } from '../../protocol/namespaces.ts';
import { PIDF_TYPE } from '../../protocol/pidf.ts';
import { aorOf } from '../../protocol/sip-uri.ts';
import { utf8Length } from '../../protocol/utf8.ts';
import { XCAP_CAPS_TYPE } from '../../protocol/xcap-caps.ts';
import { type XmlElement, attribute, childElements, isElement } from '../../protocol/xml.ts';
import { writeXml } from '../../protocol/xml-writer.ts';
import type { Aor } from '../sip/contract.ts';

/** Why a document is refused, as the element of `xcap-error` that says it (RFC 4825 §11). */
export interface Conflict {
  readonly error:
    | 'not-well-formed'
    | 'not-xml-frag'
    | 'no-parent'
    | 'schema-validation-error'
    | 'not-xml-att-value'
    | 'cannot-insert'
    | 'cannot-delete'
    | 'uniqueness-failure'
    | 'constraint-failure'
    | 'not-utf-8';
  readonly phrase?: string;
  /** Only with `uniqueness-failure`: a selector for what was there already. */
  readonly field?: string;
}

export interface Usage {
  /** Name under which its documents are stored. */
  readonly auid: string;
  readonly contentType: string;
  /** Of the root element, and of unprefixed names in node selectors. */
  readonly namespace: string;
  readonly root: string;
  /** Other signed-in users may read it (portraits). Writing is for the owner alone, always. */
  readonly readable: 'owner' | 'everybody';
  check(root: XmlElement, owner: Aor, known: Known): Conflict | null;
}

/** What a document is held against besides itself. */
export interface Known {
  /** Those who have named this person their delegate. */
  managersOf(delegate: Aor): ReadonlySet<Aor>;
}

const anything = (): null => null;

const RESOURCE_LISTS: Usage = {
  auid: 'resource-lists',
  contentType: 'application/resource-lists+xml',
  namespace: NS.resourceLists,
  root: 'resource-lists',
  readable: 'owner',
  check: (root) => uniqueLists(root, '/resource-lists'),
};

const RLS_SERVICES: Usage = {
  auid: 'rls-services',
  contentType: 'application/rls-services+xml',
  namespace: NS.rlsServices,
  root: 'rls-services',
  readable: 'owner',
  check: (root) =>
    uniqueAttribute(childElements(root, NS.rlsServices, 'service'), 'uri', '/rls-services/service'),
};

const PRES_RULES: Usage = {
  auid: 'pres-rules',
  contentType: 'application/auth-policy+xml',
  namespace: NS.commonPolicy,
  root: 'ruleset',
  readable: 'owner',
  check(root) {
    const rules = childElements(root, NS.commonPolicy, 'rule');
    const clash = uniqueAttribute(rules, 'id', '/ruleset/rule');
    if (clash !== null) return clash;
    // Each watcher is judged by every rule and every `many`: ten of each are usual, thousands are meant to hurt.
    const many = rules.flatMap(identitiesOf).filter(({ name }) => name === 'many').length;
    return rules.length > MAX_RULES || many > MAX_RULES
      ? { error: 'constraint-failure', phrase: `At most ${MAX_RULES} rules` }
      : null;
  },
};
const MAX_RULES = 500;

/** Hard state (RFC 4827): what somebody says of themselves with every device away. */
const PIDF_MANIPULATION: Usage = {
  auid: 'pidf-manipulation',
  contentType: PIDF_TYPE,
  namespace: NS.pidf,
  root: 'presence',
  readable: 'owner',
  check(root, owner) {
    const entity = (attribute(root, 'entity') ?? '').replace(/^pres:/i, 'sip:');
    if (aorOf(entity) !== owner) return { error: 'constraint-failure', phrase: 'The entity is the owner' };
    if (childElements(root, NS.pidf, 'tuple').length > 0) {
      return { error: 'constraint-failure', phrase: 'Only persons: a device that is there publishes itself' };
    }
    return utf8Length(writeXml(root)) > MAX_HARD_STATE
      ? { error: 'constraint-failure', phrase: `At most ${MAX_HARD_STATE} octets` }
      : null;
  },
};
/** It becomes part of what every watcher gets. */
const MAX_HARD_STATE = 8_192;

const CALLS: Usage = {
  ...CALL_HANDLING,
  namespace: NS.parleyCalls,
  root: 'call-handling',
  readable: 'owner',
  check(root, owner, { managersOf }) {
    if (utf8Length(writeXml(root)) > MAX_HANDLING) {
      return { error: 'constraint-failure', phrase: `At most ${MAX_HANDLING} octets` };
    }
    const handling = readCallHandling(root);
    if (!handling.ok) return { error: 'schema-validation-error', phrase: handling.why };
    const fault = checkCallHandling(handling.value, owner, managersOf(owner));
    return fault && { error: 'constraint-failure', phrase: fault.says };
  },
};

const USER_PROFILE: Usage = {
  auid: 'org.openmobilealliance.user-profile',
  contentType: 'application/vnd.oma.user-profile+xml',
  namespace: 'urn:oma:xml:xdm:user-profile',
  root: 'user-profiles',
  readable: 'owner',
  check: anything,
};

const PRES_CONTENT: Usage = {
  auid: 'org.openmobilealliance.pres-content',
  contentType: 'application/vnd.oma.pres-content+xml',
  namespace: 'urn:oma:xml:prs:pres-content',
  root: 'content',
  readable: 'everybody',
  check: anything,
};

/** RFC 4825 §12: what the server can do. One global document, made here, never written. */
export const XCAP_CAPS: Usage = {
  auid: 'xcap-caps',
  contentType: XCAP_CAPS_TYPE,
  namespace: NS.xcapCaps,
  root: 'xcap-caps',
  readable: 'everybody',
  check: anything,
};

/** By the name in the URI. The OMA name of the rules is another door to the same document. */
export const USAGES: ReadonlyMap<string, Usage> = new Map([
  ['resource-lists', RESOURCE_LISTS],
  ['rls-services', RLS_SERVICES],
  ['pres-rules', PRES_RULES],
  ['org.openmobilealliance.pres-rules', PRES_RULES],
  ['pidf-manipulation', PIDF_MANIPULATION],
  [CALL_HANDLING.auid, CALLS],
  ['org.openmobilealliance.user-profile', USER_PROFILE],
  ['pres-content', PRES_CONTENT],
  ['org.openmobilealliance.pres-content', PRES_CONTENT],
  ['xcap-caps', XCAP_CAPS],
]);

/** RFC 4826 §3.4.5: lists by name and entries by URI are unique among their siblings. */
function uniqueLists(parent: XmlElement, at: string): Conflict | null {
  const lists = childElements(parent, NS.resourceLists, 'list');
  const clash =
    uniqueAttribute(lists, 'name', `${at}/list`) ??
    uniqueAttribute(childElements(parent, NS.resourceLists, 'entry'), 'uri', `${at}/entry`);
  if (clash !== null) return clash;
  for (const entry of childElements(parent, NS.resourceLists, 'entry')) {
    if (attribute(entry, 'uri') === undefined) {
      return { error: 'schema-validation-error', phrase: 'An entry without uri' };
    }
  }
  let position = 0;
  for (const child of parent.children) {
    if (!isElement(child) || child.ns !== NS.resourceLists || child.name !== 'list') continue;
    const inner = uniqueLists(child, `${at}/list[${++position}]`);
    if (inner !== null) return inner;
  }
  return null;
}

function identitiesOf(rule: XmlElement): XmlElement[] {
  return childElements(rule, NS.commonPolicy, 'conditions')
    .flatMap((conditions) => childElements(conditions, NS.commonPolicy, 'identity'))
    .flatMap((identity) => childElements(identity, NS.commonPolicy));
}

function uniqueAttribute(elements: readonly XmlElement[], name: string, at: string): Conflict | null {
  const seen = new Set<string>();
  for (const one of elements) {
    const value = attribute(one, name);
    if (value === undefined) continue;
    if (seen.has(value)) return { error: 'uniqueness-failure', field: `${at}/@${name}` };
    seen.add(value);
  }
  return null;
}
