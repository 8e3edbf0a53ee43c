/** PUBLISH (RFC 3903 §6): the steps below are those of the standard, in its order. */
import { header, headers } from '../../protocol/sip-message.ts';
import { parseEvent, parseMediaType, parseSeconds } from '../../protocol/sip-values.ts';
import type { Answer, Aor, Clock, ServerTransaction } from '../sip/contract.ts';
import type { EventPackage } from './event-package.ts';
import type { Publication, Publications } from './publications.ts';

export interface PublishOptions {
  /** Packages one may publish, by event name. */
  readonly packages: ReadonlyMap<string, EventPackage>;
  readonly publications: Publications;
  /** AOR of a Request-URI in our domain. */
  readonly resourceOf: (uri: string) => Aor | null;
  /** Of a fresh document: an older one of the same device, which it replaces. */
  readonly predecessor: (event: string, resource: string, body: string) => Publication | null;
  readonly clock: Clock;
}

/** Characters of a document. It goes to every watcher, so one PUBLISH may become a thousand of them. */
const MAX_DOCUMENT = 16_384;

/** The answer to one PUBLISH; its effect has happened. */
export function publish(transaction: ServerTransaction, options: PublishOptions): Answer {
  const { request, sender, flow } = transaction;
  const { packages, publications, predecessor, clock } = options;
  // 1. Is the resource ours to publish for? One's own only.
  const resource = options.resourceOf(request.uri);
  if (resource === null || resource !== sender) return { status: 403, reason: 'Not Your Address' };
  // 2. The event package.
  const event = parseEvent(header(request, 'Event') ?? '')?.name;
  const known = event === undefined ? undefined : packages.get(event);
  if (event === undefined || known === undefined) {
    return { status: 489, headers: [{ name: 'Allow-Events', value: [...packages.keys()].join(', ') }] };
  }
  // 3. The entity tag names a document of this resource and event, or nothing.
  const tags = headers(request, 'SIP-If-Match');
  if (tags.length > 1 || tags[0] === '*') return { status: 400, reason: 'One Entity-Tag' };
  const previous = tags[0] === undefined ? null : publications.find(tags[0]);
  if (tags[0] !== undefined && (previous?.resource !== resource || previous.event !== event))
    return { status: 412 };
  // 4. Expiry.
  const asked = header(request, 'Expires');
  const seconds = asked === undefined ? known.lifetime.usual : parseSeconds(asked);
  if (seconds === null) return { status: 400, reason: 'Bad Expires' };
  if (seconds > 0 && seconds < known.lifetime.min) {
    return { status: 423, headers: [{ name: 'Min-Expires', value: String(known.lifetime.min) }] };
  }
  const expires = Math.min(seconds, known.lifetime.max);
  // 5. The body: a new document, a changed one, or none to keep what is there.
  const { body } = request;
  if (body === '' && previous === null) return { status: 400, reason: 'Missing Body' };
  const contentType = parseMediaType(header(request, 'Content-Type') ?? '')?.type ?? '';
  if (body !== '') {
    const readable = !request.binary && header(request, 'Content-Encoding') === undefined;
    if (!readable || !known.publishes.includes(contentType)) {
      return { status: 415, headers: [{ name: 'Accept', value: known.publishes.join(', ') }] };
    }
    if (body.length > MAX_DOCUMENT) return { status: 413, reason: 'Presence document too large' };
    const wrong = known.examine({ contentType, body }, resource);
    if (wrong !== null) return wrong;
  }
  // 6. Done as asked.
  if (expires === 0) {
    if (previous !== null) publications.remove(previous);
    return accepted(previous?.etag ?? 'none', 0);
  }
  const now = clock.now();
  const kept = body === '' ? previous : null;
  const next = {
    event,
    resource,
    contentType: kept?.contentType ?? contentType,
    body: kept?.body ?? body,
    publishedAt: kept?.publishedAt ?? now,
    expiresAt: now + expires * 1000,
  };
  const replaced = previous ?? predecessor(event, resource, body);
  return accepted(publications.put(next, replaced, flow).etag, expires);
}

function accepted(etag: string, expires: number): Answer {
  return {
    status: 200,
    headers: [
      { name: 'SIP-ETag', value: etag },
      { name: 'Expires', value: String(expires) },
    ],
  };
}
