import { formatParams, tokensOf } from '../../protocol/sip-header.ts';
import { header, headers, type Header, type NameAddr, type SipRequest } from '../../protocol/sip-message.ts';
import { parseUri } from '../../protocol/sip-uri.ts';
import { contactsOf, formatDate, parseSeconds, qOf } from '../../protocol/sip-values.ts';
import type { Answer, Clock, Domain, Wake } from './contract.ts';
import type { Gruus } from './gruu.ts';
import { isSameDevice, type LocationTable, type Row } from './locations.ts';
import type { ServedRequest } from './server-transaction.ts';

/** Seconds a binding may last. */
const SHORTEST = 60;
const LONGEST = 3600;

/** Bindings a person may have; the oldest that only push can reach make room. */
const MOST_BINDINGS = 10;

/** Seconds within which a client must show a sign of life (RFC 5626 §4.4.1); we ping after 30 ourselves. */
const FLOW_TIMER = 60;

export interface RegistrarOptions {
  readonly clock: Clock;
  readonly domain: Domain;
  readonly gruus: Gruus;
  readonly locations: LocationTable;
  readonly wake: Wake | null;
}

/** Answers REGISTER (RFC 3261 §10.3, 5626, 5627, 3327, 3608, 8599). The sender was proved to be the To. */
export function createRegistrar(options: RegistrarOptions): (transaction: ServedRequest) => void {
  const { clock, domain, gruus, locations, wake } = options;

  const register = (transaction: ServedRequest): Answer => {
    const { request, flow, sender } = transaction;
    const contacts = contactsOf(request);
    if (contacts.malformed > 0) return { status: 400, reason: 'Malformed Contact' };
    const general = seconds(header(request, 'Expires'));
    if (contacts.star) {
      if (general !== 0) return { status: 400, reason: 'Contact: * without Expires: 0' };
      for (const row of [...locations.rows(sender)]) locations.remove(row);
      return answerOf(transaction);
    }
    const rows: { row: Row; lasts: number }[] = [];
    for (const contact of contacts.list) {
      const lasts = Math.min(seconds(contact.params.get('expires')) ?? general ?? LONGEST, LONGEST);
      if (lasts > 0 && lasts < SHORTEST) {
        return { status: 423, headers: [{ name: 'Min-Expires', value: String(SHORTEST) }] };
      }
      const row = rowOf(request, contact, { sender, flow, now: clock.now(), lasts });
      if (!row) return { status: 400, reason: 'Contact is no SIP URI' };
      // A device is not a person: such a Contact would take in what is meant for somebody else, or go in circles.
      if (domain.isOurs(hostOf(row.contact)))
        return { status: 403, reason: 'Contact is an address of this server' };
      if (row.push && !wake?.providers.includes(row.push.provider)) return { status: 555 };
      const known = locations.rows(sender).find((other) => isSameDevice(other, row));
      // RFC 3261 §10.3 step 7: an older request of the same device changes nothing.
      if (known?.callId === row.callId && known.cseq >= row.cseq && known.flow === flow) {
        return { status: 500, reason: 'CSeq out of order' };
      }
      rows.push({ row, lasts });
    }
    if (
      !makeRoom(
        locations,
        sender,
        rows.filter(({ lasts }) => lasts > 0).map(({ row }) => row),
      )
    ) {
      return { status: 403, reason: 'Too many devices' };
    }
    for (const { row, lasts } of rows) {
      if (lasts > 0) locations.put(row);
      else
        for (const old of locations.rows(sender).filter((other) => isSameDevice(other, row)))
          locations.remove(old);
    }
    return answerOf(transaction);
  };

  const answerOf = ({ request, sender }: ServedRequest): Answer => {
    const supported = tokensOf(request, 'Supported');
    const rows = locations.rows(sender);
    const fields: Header[] = rows.map((row) => ({
      name: 'Contact',
      value: contactValue(row, supported.includes('gruu') ? gruus : null, clock.now()),
    }));
    fields.push(
      { name: 'Date', value: formatDate(clock.now()) },
      { name: 'Service-Route', value: `<sip:${domain.name};transport=ws;lr>` },
      { name: 'Supported', value: 'path, outbound, gruu' },
    );
    for (const value of headers(request, 'Path')) fields.push({ name: 'Path', value });
    const isOutbound = supported.includes('outbound') && rows.some((row) => row.regId !== null);
    if (isOutbound) {
      fields.push({ name: 'Require', value: 'outbound' }, { name: 'Flow-Timer', value: String(FLOW_TIMER) });
    }
    if (wake && rows.some((row) => row.push)) fields.push({ name: 'Feature-Caps', value: wake.featureCaps });
    return { status: 200, headers: fields };
  };

  return (transaction) => transaction.answer(register(transaction));
}

function hostOf(contact: string): string {
  const uri = parseUri(contact);
  return uri?.kind === 'sip' ? uri.host : '';
}

function seconds(text: string | null | undefined): number | null {
  return text === null || text === undefined ? null : parseSeconds(text);
}

interface Circumstances {
  readonly sender: string;
  readonly flow: ServedRequest['flow'];
  readonly now: number;
  readonly lasts: number;
}

/** Contact parameters that are not features of the device. */
const CONSUMED = new Set(['expires', 'q', '+sip.instance', 'reg-id', 'pub-gruu', 'temp-gruu']);

function rowOf(
  request: SipRequest,
  contact: NameAddr,
  { sender, flow, now, lasts }: Circumstances,
): Row | null {
  const uri = parseUri(contact.uri);
  if (uri?.kind !== 'sip') return null;
  const instance = /^<(urn:[\w:.+-]{1,200})>$/.exec(contact.params.get('+sip.instance') ?? '')?.[1] ?? null;
  const regId = Number(contact.params.get('reg-id') ?? 0);
  const provider = uri.params.get('pn-provider');
  const prid = uri.params.get('pn-prid');
  return {
    aor: sender,
    contact: contact.uri,
    instance,
    // RFC 5626 §6: a reg-id counts only beside an instance.
    regId: instance !== null && Number.isInteger(regId) && regId > 0 ? regId : null,
    flow,
    expiresAt: now + lasts * 1000,
    q: qOf(contact),
    push: provider && prid ? { provider, prid, param: uri.params.get('pn-param') ?? null } : null,
    callId: request.callId,
    cseq: request.cseq.seq,
    path: headers(request, 'Path'),
    features: new Map([...contact.params].filter(([name]) => !CONSUMED.has(name))),
  };
}

/** False when live devices fill all places. */
function makeRoom(locations: LocationTable, aor: string, coming: readonly Row[]): boolean {
  const others = locations.rows(aor).filter((row) => !coming.some((next) => isSameDevice(next, row)));
  const surplus = others.length + coming.length - MOST_BINDINGS;
  if (surplus <= 0) return true;
  const asleep = others.filter((row) => !row.flow).slice(-surplus);
  if (asleep.length < surplus) return false;
  for (const row of asleep) locations.remove(row);
  return true;
}

function contactValue(row: Row, gruus: Gruus | null, now: number): string {
  const params = new Map(row.features);
  if (row.instance !== null) {
    params.set('+sip.instance', `<${row.instance}>`);
    if (row.regId !== null) params.set('reg-id', String(row.regId));
    if (gruus) {
      const device = { aor: row.aor, instance: row.instance };
      params.set('pub-gruu', gruus.pub(device));
      params.set('temp-gruu', gruus.temp(device, row.callId));
    }
  }
  if (row.q !== 1000) params.set('q', (row.q / 1000).toFixed(3));
  params.set('expires', String(Math.max(0, Math.round((row.expiresAt - now) / 1000))));
  return `<${row.contact}>${formatParams(params)}`;
}
