/** Resource list meta-information (RFC 4662): one notification for a whole contact list. */
import { type Decoded, decoded, refused } from './decoded.ts';
import { type Part, formatMultipart, parseMediaType, parseMultipart } from './multipart.ts';
import { NS } from './namespaces.ts';
import { LARGE_DOCUMENT, type XmlElement, attribute, childElements, childText, parseXml } from './xml.ts';
import { element, writeXml } from './xml-writer.ts';

export const RLMI_TYPE = 'application/rlmi+xml';

/** The meta document. `full`: resources not named are gone from the list. */
export interface Rlmi {
  readonly uri: string;
  readonly version: number;
  readonly full: boolean;
  readonly resources: readonly RlmiResource[];
}

export interface RlmiResource {
  readonly uri: string;
  readonly name: string;
  /** None: nothing is known of this resource (yet). */
  readonly instances: readonly RlmiInstance[];
}

export interface RlmiInstance {
  readonly id: string;
  readonly state: 'active' | 'pending' | 'terminated';
  readonly reason?: string;
  /** Content-ID of the part with the state; absent: no state. */
  readonly cid?: string;
}

/** A resource with its documents: what a list notification says about it. */
export interface ListedResource extends RlmiResource {
  /** Parts of its instances, in order; each is of the list's event package (PIDF for presence). */
  readonly parts: readonly Part[];
}

/** A whole list notification. */
export interface ListNotification {
  readonly uri: string;
  readonly version: number;
  readonly full: boolean;
  readonly resources: readonly ListedResource[];
}

const MAX_RESOURCES = 2_000;
const MAX_NESTING = 4;

/** Decode the meta document alone. */
export function decodeRlmi(text: string): Decoded<Rlmi> {
  const xml = parseXml(text, LARGE_DOCUMENT);
  if (!xml.ok) return xml;
  const root = xml.value;
  if (root.ns !== NS.rlmi || root.name !== 'list') return refused('not an RLMI document');
  const uri = attribute(root, 'uri') ?? '';
  const version = Number(attribute(root, 'version') || NaN);
  if (!Number.isSafeInteger(version) || version < 0) return refused('RLMI without a version');
  const full = attribute(root, 'fullState');
  const resources = childElements(root, NS.rlmi, 'resource').slice(0, MAX_RESOURCES);
  return decoded({
    uri,
    version,
    full: full === 'true' || full === '1',
    resources: resources.flatMap((one) => readResource(one) ?? []),
  });
}

function readResource(one: XmlElement): RlmiResource | undefined {
  const uri = attribute(one, 'uri') ?? '';
  if (uri === '') return undefined;
  const instances = childElements(one, NS.rlmi, 'instance').flatMap((each) => {
    const state = attribute(each, 'state')?.toLowerCase();
    if (state !== 'active' && state !== 'pending' && state !== 'terminated') return [];
    const reason = attribute(each, 'reason');
    const cid = attribute(each, 'cid')?.replace(/^cid:/i, '').replace(/^<|>$/g, '');
    return [
      { id: attribute(each, 'id') ?? '', state, ...(reason && { reason }), ...(cid && { cid }) } as const,
    ];
  });
  return { uri, name: childText(one, NS.rlmi, 'name') ?? '', instances };
}

/**
 * Decode a list notification: `multipart/related` with the meta document as root, or that document alone. A list
 * inside the list is read like its parent; its resources are added flat.
 */
export function decodeListNotification(
  contentType: string,
  body: string,
  nesting = 0,
): Decoded<ListNotification> {
  const media = parseMediaType(contentType);
  if (media.type === RLMI_TYPE) {
    const alone = decodeRlmi(body);
    return alone.ok
      ? decoded({ ...alone.value, resources: alone.value.resources.map((one) => ({ ...one, parts: [] })) })
      : alone;
  }
  const parts = parseMultipart(contentType, body);
  if (!parts.ok) return parts;
  const start = (media.params.get('start') ?? '').replace(/^<|>$/g, '');
  const root = parts.value.find((one) => start !== '' && one.contentId === start) ?? parts.value[0];
  if (root?.contentType !== RLMI_TYPE) return refused('list notification without its meta document');
  const meta = decodeRlmi(root.body);
  if (!meta.ok) return meta;
  const byId = new Map(parts.value.map((one) => [one.contentId, one]));
  const resources: ListedResource[] = [];
  for (const one of meta.value.resources) {
    const own: Part[] = [];
    for (const { cid } of one.instances) {
      const part = cid === undefined ? undefined : byId.get(cid);
      if (part === undefined) continue;
      if (!part.contentType.startsWith('multipart/')) own.push(part);
      else if (nesting < MAX_NESTING) {
        const inner = decodeListNotification(part.headers.get('content-type') ?? '', part.body, nesting + 1);
        if (inner.ok) resources.push(...inner.value.resources);
      }
    }
    resources.push({ ...one, parts: own });
  }
  if (resources.length > MAX_RESOURCES) return refused('list notification with too many resources');
  return decoded({ uri: meta.value.uri, version: meta.value.version, full: meta.value.full, resources });
}

/** Write the meta document. */
export function encodeRlmi({ uri, version, full, resources }: Rlmi): string {
  const children = resources.map((one) =>
    element(NS.rlmi, 'resource', { uri: one.uri }, [
      one.name === '' ? undefined : element(NS.rlmi, 'name', {}, [one.name]),
      ...one.instances.map(({ id, state, reason, cid }) =>
        element(NS.rlmi, 'instance', { id, state, reason, cid }),
      ),
    ]),
  );
  return writeXml(
    element(NS.rlmi, 'list', { uri, version: String(version), fullState: String(full) }, children),
  );
}

/**
 * Write a list notification. `documents`: body and type of each Content-ID the instances name. `boundary` fresh and
 * random. Returns the body and its Content-Type.
 */
export function encodeListNotification(
  meta: Rlmi,
  documents: ReadonlyMap<string, { readonly contentType: string; readonly body: string }>,
  boundary: string,
): { readonly contentType: string; readonly body: string } {
  const root = `list.${boundary}`;
  const part = (cid: string, contentType: string, body: string) => ({
    headers: new Map([
      ['content-transfer-encoding', 'binary'],
      ['content-id', `<${cid}>`],
      ['content-type', contentType],
    ]),
    body,
  });
  const parts = [...documents].map(([cid, one]) => part(cid, one.contentType, one.body));
  return {
    contentType: `multipart/related;type="${RLMI_TYPE}";start="<${root}>";boundary="${boundary}"`,
    body: formatMultipart(boundary, [part(root, `${RLMI_TYPE};charset="UTF-8"`, encodeRlmi(meta)), ...parts]),
  };
}
