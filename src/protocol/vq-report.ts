/**
 * Voice quality report at the end of a call (RFC 6035, `application/vq-rtcpxr`): the session form, with what a browser
 * can measure. MOS is an estimate and says so by its algorithm.
 */
import { formatDateTime, parseDateTime } from './date-time.ts';
import { decoded, refused, type Decoded } from './decoded.ts';
import type { VoiceQuality } from './voice-quality.ts';

/** One end of the media; a browser may hide the address, then it is 0.0.0.0. */
export interface MediaEnd {
  readonly ip: string;
  readonly port: number;
  readonly ssrc: number;
}

export interface VqReport {
  readonly callId: string;
  /** AORs. */
  readonly localId: string;
  readonly remoteId: string;
  /** Who placed the call. */
  readonly origId: string;
  readonly local: MediaEnd;
  readonly remote: MediaEnd;
  /** Milliseconds. */
  readonly start: number;
  readonly stop: number;
  readonly quality: Omit<VoiceQuality, 'trend'>;
}

/** What was measured of a whole call, and where its sound went. */
export interface MeasuredCall {
  readonly quality: VoiceQuality;
  readonly local: MediaEnd;
  readonly remote: MediaEnd;
}

export const VQ_TYPE = 'application/vq-rtcpxr';
const ALGORITHM = 'estimate-G.107';

/** The document; values that could break a line are taken out. */
export function writeVqReport(report: VqReport): string {
  const { quality } = report;
  const lines = [
    'VQSessionReport: CallTerm',
    `CallID: ${token(report.callId)}`,
    `LocalID: <${token(report.localId)}>`,
    `RemoteID: <${token(report.remoteId)}>`,
    `OrigID: <${token(report.origId)}>`,
    `LocalAddr: ${end(report.local)}`,
    `RemoteAddr: ${end(report.remote)}`,
    'LocalMetrics:',
    `Timestamps: START=${formatDateTime(report.start)} STOP=${formatDateTime(report.stop)}`,
    `SessionDesc: PD=${token(quality.codec)} SR=${quality.hertz}`,
    `PacketLoss: NLR=${percent(quality.lossIn)}`,
    ...delay(quality),
    `QualityEst: MOSLQ=${quality.mos.toFixed(1)} QoEEstAlg=${ALGORITHM}`,
    // What the far end told us by RTCP of what we sent.
    ...(quality.lossOut === null ? [] : ['RemoteMetrics:', `PacketLoss: NLR=${percent(quality.lossOut)}`]),
  ];
  return `${lines.join('\r\n')}\r\n`;
}

/** Reads what any user agent may send; what is missing or out of its range makes it no report. */
export function readVqReport(text: string): Decoded<VqReport> {
  const parts = splitParts(text);
  if (parts === null) return refused('not a session report at the end of a call');
  const { session, own, theirs } = parts;
  const addresses = ['LocalID', 'RemoteID', 'OrigID'].map((name) => addressOf(session.get(name)));
  const [localId, remoteId, origId] = addresses;
  const callId = session.get('CallID')?.trim();
  if (!callId || callId.length > 300 || !localId || !remoteId || !origId)
    return refused('not whose call it was');
  const [local, remote] = [readEnd(session.get('LocalAddr')), readEnd(session.get('RemoteAddr'))];
  const times = fieldsOf(own.get('Timestamps'));
  const [start, stop] = [parseDateTime(times.get('START')), parseDateTime(times.get('STOP'))];
  if (!local || !remote || start === undefined || stop === undefined || stop < start) {
    return refused('not when or where the call was');
  }
  const described = fieldsOf(own.get('SessionDesc'));
  const late = fieldsOf(own.get('Delay'));
  const lossIn = share(fieldsOf(own.get('PacketLoss')).get('NLR'));
  const mos = number(fieldsOf(own.get('QualityEst')).get('MOSLQ'), 1, 5);
  if (lossIn === null || mos === null) return refused('not how the call was');
  return decoded({
    ...{ callId, localId, remoteId, origId, local, remote, start, stop },
    quality: {
      codec: (described.get('PD') ?? '').slice(0, 40),
      hertz: number(described.get('SR'), 0, 1_000_000) ?? 0,
      ...{ lossIn, lossOut: share(fieldsOf(theirs.get('PacketLoss')).get('NLR')) },
      jitter: number(late.get('IAJ'), 0, 100_000),
      roundTrip: number(late.get('RTD'), 0, 100_000),
      mos,
    },
  });
}

function token(text: string): string {
  return text.replace(/[\s<>]/g, '');
}

function end({ ip, port, ssrc }: MediaEnd): string {
  return `IP=${token(ip)} PORT=${port} SSRC=0x${(ssrc >>> 0).toString(16).padStart(8, '0')}`;
}

function percent(loss: number): string {
  return (100 * loss).toFixed(1);
}

function delay({ roundTrip, jitter }: Pick<VoiceQuality, 'roundTrip' | 'jitter'>): readonly string[] {
  const fields = [
    ...(roundTrip === null ? [] : [`RTD=${Math.round(roundTrip)}`]),
    ...(jitter === null ? [] : [`IAJ=${Math.round(jitter)}`]),
  ];
  return fields.length > 0 ? [`Delay: ${fields.join(' ')}`] : [];
}

type Lines = ReadonlyMap<string, string>;

function splitParts(text: string): { session: Lines; own: Lines; theirs: Lines } | null {
  const lines = text.split(/\r?\n/);
  if (!/^VQSessionReport *: *CallTerm *$/.test(lines[0] ?? '') || lines.length > 200) return null;
  const parts = [new Map<string, string>(), new Map<string, string>(), new Map<string, string>()] as const;
  let at: 0 | 1 | 2 = 0;
  for (const line of lines.slice(1)) {
    const [, name, value] = /^([A-Za-z]+) *: *(.*)$/.exec(line) ?? [];
    if (name === 'LocalMetrics') at = 1;
    else if (name === 'RemoteMetrics') at = 2;
    else if (name !== undefined && value !== undefined) parts[at].set(name, value);
  }
  return { session: parts[0], own: parts[1], theirs: parts[2] };
}

/** `A=1 B=2` by name. */
function fieldsOf(text: string | undefined): ReadonlyMap<string, string> {
  const fields = (text ?? '').split(' ').map((field) => field.split('='));
  return new Map(fields.flatMap(([name, value]) => (name && value ? [[name, value] as const] : [])));
}

function addressOf(text: string | undefined): string | null {
  const address = /<([^<>\s]{1,300})>/.exec(text ?? '')?.[1] ?? text?.trim() ?? '';
  return /^(sips?|tel):[^\s<>]{1,300}$/i.test(address) ? address : null;
}

function readEnd(text: string | undefined): MediaEnd | null {
  const fields = fieldsOf(text);
  const ip = fields.get('IP');
  const port = number(fields.get('PORT'), 0, 65_535);
  const ssrc = /^(?:0x)?([0-9a-f]{1,8})$/i.exec(fields.get('SSRC') ?? '')?.[1];
  if (ip === undefined || ip.length > 60 || port === null || ssrc === undefined) return null;
  return { ip, port, ssrc: Number.parseInt(ssrc, 16) };
}

function share(text: string | undefined): number | null {
  const value = number(text, 0, 100);
  return value === null ? null : value / 100;
}

function number(text: string | undefined, least: number, most: number): number | null {
  if (text === undefined || !/^\d{1,9}(\.\d{1,6})?$/.test(text)) return null;
  const value = Number(text);
  return value >= least && value <= most ? value : null;
}
