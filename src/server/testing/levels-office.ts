/** An office with a person at each access level of alice, over real sockets: what the access level tests share. */
import type { AccessPolicy } from '../../protocol/access-levels.ts';
import { encodeAccessPolicy } from '../../protocol/access-policy.ts';
import type { Presence } from '../../protocol/availability.ts';
import { foldAvailability } from '../../protocol/fold-availability.ts';
import type { OwnState } from '../../protocol/own-activities.ts';
import { PIDF_TYPE, decodePidf, encodePidf } from '../../protocol/pidf.ts';
import { usualPolicy } from '../../protocol/policy-levels.ts';
import { hardStateDocument, publishedDocument } from '../../protocol/published-document.ts';
import { type Header, type SipRequest, header } from '../../protocol/sip-message.ts';
import { addAccount } from '../auth/accounts.ts';
import { DOMAIN, PASSWORD, aorOf, openOffice } from './office.ts';
import type { Phone } from './phone.ts';
import { signedFetch } from './signed-fetch.ts';

export const ALICE = aorOf('Alice');
/** Who is what to alice. `rival` is at Company like every colleague: the rule for `rivals.test`, as long a name, is not theirs. */
export const WHO = {
  personal: 'Paula',
  team: 'Tom',
  company: 'Cora',
  rival: 'Rita',
  public: 'Peter',
  blocked: 'Bert',
} as const;
export type Watcher = keyof typeof WHO;
export const WATCHERS = Object.keys(WHO) as Watcher[];

export const POLICY: AccessPolicy = {
  ...usualPolicy(DOMAIN),
  people: {
    [aorOf(WHO.personal)]: 'personal',
    [aorOf(WHO.team)]: 'team',
    [aorOf(WHO.public)]: 'public',
    [aorOf(WHO.blocked)]: 'blocked',
  },
  domains: { 'rivals.test': 'team' },
};

export const INSTANCE = 'urn:uuid:00000000-0000-4000-8000-00000000000a';

/** Alice at her desk, as her device knows her. */
export function ownState(more: Partial<OwnState> = {}): OwnState {
  const now = Date.now();
  return {
    aor: ALICE,
    instanceId: INSTANCE,
    now,
    manual: 'auto',
    manualSince: 0,
    lastInput: now,
    note: 'Reviewing the annual budget',
    noteSince: now - 60_000,
    location: 'Home',
    locationSince: now - 60_000,
    video: true,
    ...more,
  };
}

export const inDnd = (): OwnState => ownState({ manual: 'dnd', manualSince: Date.now() - 30_000 });

export const fields = (all: Record<string, string>): Header[] =>
  Object.entries(all).map(([name, value]) => ({ name, value }));

export type Levels = Awaited<ReturnType<typeof openLevels>>;

export async function openLevels(policy: AccessPolicy | null = POLICY) {
  const office = await openOffice({ allowLoopbackPush: true });
  for (const name of Object.values(WHO)) {
    const entry = { aor: aorOf(name), name: `${name} Example` };
    await addAccount(office.server.users, DOMAIN, entry, PASSWORD);
  }
  let etag: string | null = null;

  const put = async (auid: string, type: string, body: string): Promise<void> => {
    const path = `/xcap/${auid}/users/${ALICE}/index`;
    const request = { method: 'PUT', headers: { 'content-type': type }, body };
    const { status } = await signedFetch(office.server.port, 'Alice', path, request);
    if (status >= 300) throw new Error(`${auid}: ${status}`);
  };
  const rules = (next: AccessPolicy): Promise<void> =>
    put('pres-rules', 'application/auth-policy+xml', encodeAccessPolicy(next, true));
  if (policy !== null) await rules(policy);

  return {
    ...office,
    rules,
    put,
    /** A device of somebody's, registered. */
    watcher: (who: Watcher): Promise<Phone> => office.device(WHO[who]),
    /** Publishes as alice's device would, in the place of what it published before; `null` takes it back. */
    async publish(alice: Phone, own: OwnState | null): Promise<void> {
      const response = await alice.request('PUBLISH', {
        uri: ALICE,
        headers: fields({
          Event: 'presence',
          ...(etag !== null && { 'SIP-If-Match': etag }),
          ...(own === null && { Expires: '0' }),
        }),
        ...(own !== null && { contentType: PIDF_TYPE, body: encodePidf(publishedDocument(own, true)) }),
      });
      if (response.status !== 200) throw new Error(`PUBLISH ${response.status}`);
      etag = own === null ? null : (header(response, 'SIP-ETag') ?? null);
    },
    /** What holds with the page closed. */
    async keepChoice(own: OwnState): Promise<void> {
      const document = hardStateDocument(own);
      if (document === null) throw new Error('nothing to keep');
      await put('pidf-manipulation', PIDF_TYPE, encodePidf(document));
    },
  };
}

export function subscribe(phone: Phone, uri = ALICE, more: Record<string, string> = {}) {
  const headers = fields({ Event: 'presence', Expires: '600', Contact: `<${phone.contact}>`, ...more });
  return phone.request('SUBSCRIBE', { uri, headers });
}

/** The next NOTIFY, answered. */
export async function told(phone: Phone): Promise<SipRequest> {
  const notify = await phone.next('NOTIFY');
  phone.reply(notify, { status: 200 });
  return notify;
}

export interface Seen {
  readonly presence: Presence;
  /** Labels of what came: a watcher gets one. */
  readonly labels: readonly string[];
  readonly text: string;
}

/** What the body of a NOTIFY shows; a bare one is what is seen of somebody offline. */
export function read(body: string): Seen {
  const now = Date.now();
  if (body === '') return { presence: foldAvailability([], now), labels: [], text: '' };
  const document = decodePidf(body);
  if (!document.ok) throw new Error(document.why);
  const { tuples, persons, devices } = document.value;
  const labels = [...tuples, ...persons, ...devices].map(({ rpid }) => rpid.class ?? 'none');
  return { presence: foldAvailability([document.value], now), labels: [...new Set(labels)], text: body };
}

export async function seenBy(phone: Phone): Promise<Seen> {
  return read((await told(phone)).body);
}
