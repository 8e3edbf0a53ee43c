/**
 * Which people a list URI stands for (RFC 4662 §4, RFC 4826). Two kinds of lists, each only for its owner:
 *
 *   sip:alice@example.org;list=contacts   everybody in alice's resource-lists document
 *   any URI of a service in her rls-services document
 */
import { NS } from '../../protocol/namespaces.ts';
import { aorOf, parseUri } from '../../protocol/sip-uri.ts';
import {
  LARGE_DOCUMENT,
  type XmlElement,
  attribute,
  childElement,
  childElements,
  childText,
  isElement,
  parseXml,
} from '../../protocol/xml.ts';
import { createListeners } from '../listeners.ts';
import type { Log } from '../log.ts';
import type { Aor } from '../sip/contract.ts';
import type { Documents } from '../xcap/documents.ts';
import { readNode } from '../xcap/node-edit.ts';
import { parseTarget } from '../xcap/target.ts';

export interface ListMembers {
  /** Whether this URI is a list of `owner`. */
  isList(uri: string, owner: Aor): boolean;
  /** URIs of people as written, each once, in the order of the list. */
  of(uri: string, owner: Aor): readonly string[];
  /** Called with the owner when one of their lists may have changed. */
  onChange(listener: (owner: Aor) => void): void;
}

/** reliability.md §6. */
const MAX_MEMBERS = 1000;
const MAX_CACHED = 5_000;
/** Parsed documents kept: each SUBSCRIBE asks whether its URI is a list. */
const MAX_SERVICES = 1_000;

export function createListMembers(documents: Documents, log: Log): ListMembers {
  const cache = new Map<string, readonly string[]>();
  const services = new Map<Aor, ReadonlyMap<string, XmlElement>>();
  const changed = createListeners<[Aor]>((error) => log.error('list-listener-failed', { error }));
  documents.onChange(({ auid, owner }) => {
    if (auid !== 'resource-lists' && auid !== 'rls-services') return;
    for (const key of cache.keys()) if (key.startsWith(`${owner} `)) cache.delete(key);
    services.delete(owner);
    changed.tell(owner);
  });

  const rootOf = (auid: string, owner: Aor, path = 'index'): XmlElement | null => {
    const stored = documents.read({ auid, owner, path });
    const read = stored === null ? null : parseXml(stored.body, LARGE_DOCUMENT);
    return read?.ok === true ? read.value : null;
  };
  const serviceOf = (uri: string, owner: Aor): XmlElement | undefined => {
    let all = services.get(owner);
    if (all === undefined) {
      const root = rootOf('rls-services', owner);
      const found = root === null ? [] : childElements(root, NS.rlsServices, 'service');
      all = new Map(found.map((one) => [keyOf(attribute(one, 'uri') ?? ''), one]));
      if (services.size >= MAX_SERVICES) services.clear();
      services.set(owner, all);
    }
    return all.get(keyOf(uri));
  };
  /** A `resource-list` element holds the XCAP URI of a list: of the same owner, on this server, whatever it calls us. */
  const referenced = (reference: string, owner: Aor): XmlElement | null => {
    const at = reference.indexOf('/resource-lists/users/');
    const parsed = at < 0 ? null : parseTarget(reference.slice(at), '');
    if (parsed?.ok !== true || parsed.target.document.owner !== owner) return null;
    const { document, node } = parsed.target;
    if (node === null) return rootOf(document.auid, owner, document.path);
    const stored = documents.read(document);
    const content = stored === null ? null : readNode(stored.body, node);
    const read = content === null ? null : parseXml(content.body, LARGE_DOCUMENT);
    return read?.ok === true ? read.value : null;
  };
  /**
   * Entries of lists and of lists in them, as deep as a document can nest. No reference is followed, so that none leads
   * in a circle and one list costs one reading: `entry-ref` stands for an entry of the same document as a rule, and
   * `external` for a distribution list, whose thousands are watched when somebody looks (features.md C04).
   */
  const gather = (list: XmlElement | null, owner: Aor, found: Set<string>): void => {
    for (const child of list?.children ?? []) {
      if (!isElement(child) || found.size >= MAX_MEMBERS) continue;
      if (child.name === 'list') gather(child, owner, found);
      else if (child.name === 'entry' && child.ns === NS.resourceLists) {
        const uri = attribute(child, 'uri') ?? '';
        if (isPerson(uri) && serviceOf(uri, owner) === undefined) found.add(uri);
      }
    }
  };
  const resolve = (uri: string, owner: Aor): readonly string[] => {
    const found = new Set<string>();
    if (isContacts(uri, owner)) gather(rootOf('resource-lists', owner), owner, found);
    else {
      const service = serviceOf(uri, owner);
      const reference = service && childText(service, NS.rlsServices, 'resource-list');
      if (reference !== undefined) gather(referenced(reference, owner), owner, found);
      else if (service !== undefined) {
        gather(childElement(service, NS.rlsServices, 'list') ?? null, owner, found);
      }
    }
    return [...found];
  };

  return {
    isList: (uri, owner) => isContacts(uri, owner) || serviceOf(uri, owner) !== undefined,
    of(uri, owner) {
      const key = `${owner} ${uri}`;
      let members = cache.get(key);
      if (members === undefined) {
        members = resolve(uri, owner);
        if (cache.size >= MAX_CACHED) cache.clear();
        cache.set(key, members);
      }
      return members;
    },
    onChange: (listener) => void changed.add(listener),
  };
}

/** Whether somebody asks for a list by the parameter, whosever it is. */
export function namesContacts(uri: string): boolean {
  const parsed = parseUri(uri);
  return parsed?.kind === 'sip' && parsed.params.get('list') === 'contacts';
}

function isContacts(uri: string, owner: Aor): boolean {
  return namesContacts(uri) && aorOf(uri) === owner;
}

function keyOf(uri: string): string {
  return aorOf(uri) ?? uri;
}

/** People: what has no presence (a number) or is many people is in the list for other reasons. */
function isPerson(uri: string): boolean {
  return /^(sips?|pres):/i.test(uri) && !namesContacts(uri);
}
