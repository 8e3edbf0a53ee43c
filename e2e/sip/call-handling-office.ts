/** An office of raw phones for one call each: who has set what, who is there and what they do when it rings. */
import { randomUUID } from 'node:crypto';
import { encodeAccessPolicy } from '../../src/protocol/access-policy.ts';
import type { AccessLevel } from '../../src/protocol/access-levels.ts';
import {
  CALL_HANDLING,
  type CallHandling,
  encodeCallHandling,
  USUAL_HANDLING,
} from '../../src/protocol/call-handling.ts';
import { encodePidf, PIDF_TYPE } from '../../src/protocol/pidf.ts';
import { usualPolicy } from '../../src/protocol/policy-levels.ts';
import { hardStateDocument, publishedDocument } from '../../src/protocol/published-document.ts';
import type { OwnState } from '../../src/protocol/own-activities.ts';
import { parseNameAddr } from '../../src/protocol/sip-header.ts';
import { header, headers, type SipRequest } from '../../src/protocol/sip-message.ts';
import { connectPhone, type Phone } from '../../src/server/testing/phone.ts';
import { signedFetch } from '../../src/server/testing/signed-fetch.ts';

export const DOMAIN = 'parley.test';
export const PASSWORD = 'pw';
export const PEOPLE = ['maya', 'ben', 'dana', 'priya', 'carl'] as const;
export type Name = (typeof PEOPLE)[number];

/** What somebody's device does with a call; `away`: there is none. */
export type Does = 'rings' | 'answers' | 'is busy' | 'declines' | 'away';

export interface Scene {
  /** Names become addresses: `forward: 'ben'`. Of maya, unless said. */
  readonly set: Partial<Record<Name, Settings>>;
  readonly does: Partial<Record<Name, Does>>;
  /** Chosen state, kept with the page closed. */
  readonly state?: Partial<Record<Name, 'dnd' | 'offline' | 'call'>>;
  readonly levels?: Partial<Record<Name, Partial<Record<Name, AccessLevel>>>>;
  readonly caller?: Name;
  /** The call takes the place of another (RFC 3891). */
  readonly replaces?: true;
  /** P-Preferred-Identity. */
  readonly as?: Name;
  /** The caller writes P-Asserted-Identity and Referred-By with this name. */
  readonly forges?: Name;
  /** Who answers hangs up, with the address that was called in From (RFC 3261 §12.2.1.1). */
  readonly ends?: true;
  /** Who answers writes P-Asserted-Identity with this name. */
  readonly pretends?: Name;
}

type To = Name | 'voicemail' | `tel:${string}`;
export interface Settings {
  readonly forward?: To;
  readonly busy?: To;
  readonly unreachable?: To;
  readonly unanswered?: readonly [To, number];
  readonly own?: false;
  readonly delegates?: readonly Name[];
  readonly ringDelegates?: number;
  readonly team?: readonly Name[];
  readonly ringTeam?: number;
  readonly number?: number;
  readonly closed?: 'usual' | 'voicemail';
}

export interface Outcome {
  readonly status: number;
  readonly reason: string;
  /** Whose devices rang, in the order of their names. */
  readonly rang: string;
  /** Whoever answered, as the caller is told and as it was. */
  readonly by: string;
  /** History-Info at the one who answered: `maya 408 > ben`. */
  readonly history: string;
  /** Reasons of CANCELs: `ben: Answered by …`. */
  readonly cancelled: string;
  /** What a BYE of the one who answered got; 0: none was sent. */
  readonly ended: number;
  /** Who asked, as the one who answered is told. */
  readonly from: string;
}

/** What is set and done, and what becomes of carl's call to maya. */
export type Case = readonly [string, Scene, Partial<Outcome>];

export interface Ports {
  readonly sip: number;
  readonly xcap: number;
  readonly algorithm: 'MD5' | 'SHA-256';
}

/** Plays one scene among people of its own (`prefix`), who have accounts. */
export async function play(ports: Ports, prefix: string, scene: Scene): Promise<Outcome> {
  const aor = (name: string): string => `sip:${prefix}${name}@${DOMAIN}`;
  const short = (uri: string): string => new RegExp(`sip:(?:${prefix})?([\\w.]+)@`).exec(uri)?.[1] ?? uri;
  const put = async (name: Name, auid: string, type: string, body: string): Promise<void> => {
    const path = `/xcap/${auid}/users/${aor(name)}/index`;
    const options = { method: 'PUT', password: PASSWORD, headers: { 'Content-Type': type }, body };
    const { status } = await signedFetch(ports.xcap, `${prefix}${name}`, path, options);
    if (status >= 300) throw new Error(`${auid} of ${name}: ${status}`);
  };
  for (const [name, settings] of entries(scene.set)) {
    await put(
      name,
      CALL_HANDLING.auid,
      CALL_HANDLING.contentType,
      encodeCallHandling(handlingOf(settings, aor)),
    );
  }
  for (const [name, levels] of entries(scene.levels ?? {})) {
    const people = Object.fromEntries(entries(levels).map(([who, level]) => [aor(who), level]));
    await put(
      name,
      'pres-rules',
      'application/auth-policy+xml',
      encodeAccessPolicy({ ...usualPolicy(DOMAIN), people }, true),
    );
  }
  const phones = new Map<string, Phone>();
  const device = async (name: string, at = aor(name)): Promise<Phone> => {
    const instance = `urn:uuid:${randomUUID()}`;
    const { algorithm } = ports;
    const phone = await connectPhone({ port: ports.sip, aor: at, password: PASSWORD, instance, algorithm });
    phones.set(name, phone);
    const { status } = await phone.register();
    if (status !== 200) throw new Error(`${name} could not register: ${status}`);
    return phone;
  };
  const rang = new Map<string, SipRequest>();
  const cancelled: string[] = [];
  const pretended = scene.pretends
    ? [{ name: 'P-Asserted-Identity', value: `<${aor(scene.pretends)}>` }]
    : [];
  const answering = (name: string, phone: Phone, does: Does): void => {
    phone.answer('INVITE', (invite) => {
      rang.set(name, invite);
      const contact = [{ name: 'Contact', value: `<${phone.contact}>` }];
      if (does === 'rings') phone.reply(invite, { status: 180 });
      else if (does === 'answers') phone.reply(invite, { status: 200, headers: [...contact, ...pretended] });
      else phone.reply(invite, { status: does === 'is busy' ? 486 : 603 });
    });
    phone.answer('ACK', () => undefined);
    phone.answer('CANCEL', (cancel) => {
      const text = /text="([^"]*)/.exec(header(cancel, 'Reason') ?? '')?.[1] ?? '-';
      cancelled.push(`${name}: ${text.replaceAll(prefix, '')}`);
      phone.reply(cancel, { status: 200 });
      const invite = rang.get(name);
      if (invite) phone.reply(invite, { status: 487 });
    });
  };
  for (const [name, does] of entries(scene.does)) {
    if (does !== 'away') answering(name, await device(name), does);
  }
  for (const [name, state] of entries(scene.state ?? {})) {
    const own = ownState(aor(name), state);
    const kept = state === 'call' ? null : hardStateDocument(own);
    if (kept) await put(name, 'pidf-manipulation', PIDF_TYPE, encodePidf(kept));
    const phone = phones.get(name);
    if (phone) {
      const body = encodePidf(publishedDocument(own, true));
      const headers = [{ name: 'Event', value: 'presence' }];
      await phone.request('PUBLISH', { uri: aor(name), headers, contentType: PIDF_TYPE, body });
    }
  }
  const { caller: who = 'carl' } = scene;
  const caller = phones.get(who) ?? (await device(who));
  const named = scene.as ? [{ name: 'P-Preferred-Identity', value: `<${aor(scene.as)}>` }] : [];
  const forged = scene.forges
    ? ['P-Asserted-Identity', 'Referred-By'].map((name) => ({ name, value: `<${aor(scene.forges ?? '')}>` }))
    : [];
  const replaces = scene.replaces ? [{ name: 'Replaces', value: `${randomUUID()};to-tag=a;from-tag=b` }] : [];
  const response = await caller.request('INVITE', {
    uri: aor('maya'),
    headers: [{ name: 'Contact', value: `<${caller.contact}>` }, ...named, ...forged, ...replaces],
    contentType: 'application/sdp',
    body: 'v=0\r\n',
  });
  if (response.status < 300) caller.inDialog('ACK', response);
  // What is cancelled is cancelled at once; a ring later on would be a fault that is seen here.
  await new Promise((resolve) => setTimeout(resolve, 150));
  const answered = [...rang].find(([name]) => scene.does[name as Name] === 'answers');
  const invite = answered?.[1];
  const answerer = answered && phones.get(answered[0]);
  caller.answer('BYE', (bye) => caller.reply(bye, { status: 200 }));
  const bye =
    scene.ends && invite
      ? answerer?.start('BYE', {
          uri: parseNameAddr(header(invite, 'Contact') ?? '')?.uri ?? '',
          ...{ from: invite.to.uri, fromTag: response.to.params.get('tag') ?? '' },
          ...{ to: invite.from.uri, toTag: invite.from.params.get('tag') ?? '', callId: invite.callId },
          headers: headers(invite, 'Record-Route').map((value) => ({ name: 'Route', value })),
        })
      : undefined;
  const ended = (bye && (await answerer?.responseTo(bye))?.status) ?? 0;
  for (const phone of phones.values()) phone.socket.terminate();
  const asserted = header(response, 'P-Asserted-Identity');
  return {
    status: response.status,
    reason: response.reason,
    rang: [...rang.keys()].sort().join(' '),
    by: asserted === undefined ? '' : short(asserted),
    history: invite ? historyIn(headers(invite, 'History-Info').join(', '), short) : '',
    cancelled: cancelled.sort().join('; '),
    ended,
    from: invite
      ? [header(invite, 'P-Asserted-Identity'), header(invite, 'Referred-By')]
          .map((one) => (one === undefined ? '' : short(one)))
          .join(' by ')
          .replace(/ by $/, '')
      : '',
  };
}

function historyIn(value: string, short: (uri: string) => string): string {
  return value
    .split(',')
    .filter((one) => one.trim() !== '')
    .map((one) => [short(one), /Reason=SIP%3Bcause%3D(\d+)/i.exec(one)?.[1] ?? ''].join(' ').trim())
    .join(' > ');
}

function handlingOf(settings: Settings, aor: (name: string) => string): CallHandling {
  const to = (target: To | undefined) =>
    target === undefined
      ? null
      : target === 'voicemail'
        ? ({ is: 'voicemail' } as const)
        : target.startsWith('tel:')
          ? ({ is: 'number', uri: target } as const)
          : ({ is: 'person', aor: aor(target) } as const);
  const { unanswered, closed } = settings;
  const unansweredTo = to(unanswered?.[0]);
  // A day from now, of an hour.
  const day =
    (['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const)[(new Date().getUTCDay() + 2) % 7] ?? 'mon';
  return {
    ...USUAL_HANDLING,
    forward: to(settings.forward),
    busy: to(settings.busy),
    unreachable: to(settings.unreachable),
    unanswered: unansweredTo && unanswered ? { to: unansweredTo, after: unanswered[1] } : null,
    ring: {
      own: settings.own ?? true,
      delegates: settings.ringDelegates ?? null,
      team: settings.ringTeam ?? null,
      numbers: settings.number === undefined ? [] : [{ uri: 'tel:+4722334455', after: settings.number }],
    },
    delegates: (settings.delegates ?? []).map(aor),
    team: (settings.team ?? []).map(aor),
    hours: closed ? { zone: 'UTC', days: [day], from: 600, to: 660, outside: closed } : null,
  };
}

function ownState(aor: string, state: 'dnd' | 'offline' | 'call'): OwnState {
  const now = Date.now();
  return {
    ...{
      aor,
      instanceId: `urn:uuid:${randomUUID()}`,
      now,
      manualSince: now - 1000,
      lastInput: now,
      video: true,
    },
    ...{ note: '', noteSince: now, location: '', locationSince: now },
    manual: state === 'call' ? 'auto' : state,
    ...(state === 'call' && { call: { kind: 'call', since: now } }),
  };
}

function entries<K extends string, V>(record: Partial<Record<K, V>>): [K, V][] {
  return Object.entries(record) as [K, V][];
}
