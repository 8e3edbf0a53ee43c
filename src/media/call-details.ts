/** The technical details of a call for those who look after it: one line each, from `getStats()`. Figures, not words. */
export interface Detail {
  readonly term: string;
  readonly detail: string;
}

type Entry = Readonly<Record<string, unknown>>;

const PATHS: Readonly<Record<string, string>> = {
  host: 'direct, own address (host)',
  srflx: 'direct, through a router (srflx)',
  prflx: 'direct, found on the way (prflx)',
  relay: 'through a relay (relay)',
};

/** `before`: an earlier report of the same call, for rates; null gives none. */
export function detailsOf(report: RTCStatsReport, before: RTCStatsReport | null): readonly Detail[] {
  const all = entriesOf(report);
  const find = (id: unknown): Entry | undefined => all.find((entry) => entry['id'] === id);
  const earlier = (entry: Entry): Entry | undefined =>
    before === null ? undefined : entriesOf(before).find((one) => one['id'] === entry['id']);
  const lines: Detail[] = [];
  for (const kind of ['audio', 'video'] as const) {
    for (const [type, way] of [
      ['outbound-rtp', 'sent'],
      ['inbound-rtp', 'received'],
    ] as const) {
      for (const entry of all.filter((one) => one['type'] === type && one['kind'] === kind)) {
        const remote = way === 'sent' ? find(entry['remoteId']) : undefined;
        const detail = [
          codecOf(find(entry['codecId'])),
          sizeOf(entry),
          rateOf(entry, earlier(entry), way === 'sent' ? 'bytesSent' : 'bytesReceived'),
          lossOf(entry, remote),
          millis('jitter', (remote ?? entry)['jitter']),
        ].filter((part) => part !== null);
        if (detail.length > 0) {
          lines.push({ term: `${kind === 'audio' ? 'Sound' : 'Picture'} ${way}`, detail: detail.join(', ') });
        }
      }
    }
  }
  return [...lines, ...pathOf(all, find)];
}

function entriesOf(report: RTCStatsReport): readonly Entry[] {
  const all: Entry[] = [];
  report.forEach((entry: Entry) => all.push(entry));
  return all;
}

function codecOf(codec: Entry | undefined): string | null {
  if (typeof codec?.['mimeType'] !== 'string') return null;
  const name = codec['mimeType'].split('/')[1] ?? codec['mimeType'];
  const hertz = codec['clockRate'];
  return codec['mimeType'].startsWith('audio') && typeof hertz === 'number'
    ? `${name} ${hertz / 1000} kHz`
    : name;
}

/** What is really sent or received, not what the camera gives. */
function sizeOf({ frameWidth, frameHeight, framesPerSecond }: Entry): string | null {
  if (typeof frameWidth !== 'number' || typeof frameHeight !== 'number') return null;
  const rate = typeof framesPerSecond === 'number' ? ` at ${Math.round(framesPerSecond)} a second` : '';
  return `${frameWidth} × ${frameHeight}${rate}`;
}

function rateOf(entry: Entry, earlier: Entry | undefined, name: string): string | null {
  const [now, then, at, since] = [entry[name], earlier?.[name], entry['timestamp'], earlier?.['timestamp']];
  if (typeof now !== 'number' || typeof then !== 'number') return null;
  if (typeof at !== 'number' || typeof since !== 'number' || at <= since) return null;
  // Bytes in a millisecond, times eight, are kilobits in a second.
  return `${Math.round(((now - then) * 8) / (at - since))} kbit/s`;
}

function lossOf(entry: Entry, remote: Entry | undefined): string | null {
  const lost = (remote ?? entry)['packetsLost'];
  const came = remote ? entry['packetsSent'] : entry['packetsReceived'];
  if (typeof lost !== 'number' || typeof came !== 'number') return null;
  // The far end counts what it missed of what we sent; here what came and what was missed make the whole.
  const whole = remote ? came : came + Math.max(0, lost);
  return whole <= 0 ? null : `${((100 * Math.max(0, lost)) / whole).toFixed(1)} % lost`;
}

function millis(term: string, seconds: unknown): string | null {
  return typeof seconds === 'number' ? `${Math.round(seconds * 1000)} ms ${term}` : null;
}

function pathOf(all: readonly Entry[], find: (id: unknown) => Entry | undefined): readonly Detail[] {
  const selected = find(all.find((entry) => entry['type'] === 'transport')?.['selectedCandidatePairId']);
  const pair =
    selected ?? all.find((entry) => entry['type'] === 'candidate-pair' && entry['nominated'] === true);
  if (!pair) return [];
  const [local, remote] = [find(pair['localCandidateId']), find(pair['remoteCandidateId'])];
  const words = (candidate: Entry | undefined): string => {
    const kind = candidate?.['candidateType'];
    return typeof kind === 'string' ? (PATHS[kind] ?? kind) : 'not known';
  };
  const protocol = typeof local?.['protocol'] === 'string' ? `, ${local['protocol'].toUpperCase()}` : '';
  const trip = millis('there and back', pair['currentRoundTripTime']);
  return [
    { term: 'Path from here', detail: `${words(local)}${protocol}` },
    { term: 'Path from there', detail: words(remote) },
    ...(trip === null ? [] : [{ term: 'Round trip', detail: trip }]),
  ];
}
