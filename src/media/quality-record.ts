import { estimateMos, TREND } from '../protocol/voice-quality.ts';
import type { MeasuredCall, MediaEnd } from '../protocol/vq-report.ts';
import type { Flow } from './statistics.ts';

/** Readings, of one second each, that make one value of the trend. */
const WINDOW = 5;
/** Shorter calls say nothing. */
const LEAST = 5;

type Entry = Readonly<Record<string, unknown>>;

/** Gathers the readings of one call; its memory does not grow with the length of the call. */
export class QualityRecord {
  #count = 0;
  #first: Flow | null = null;
  #from: Flow | null = null;
  #last: Flow | null = null;
  #report: RTCStatsReport | null = null;
  #trips = { sum: 0, count: 0 };
  #jitters = { sum: 0, count: 0 };
  #trend: readonly number[] = [];
  #every = WINDOW;

  add(flow: Flow, report: RTCStatsReport): void {
    this.#first ??= flow;
    this.#from ??= flow;
    this.#last = flow;
    this.#report = report;
    this.#count += 1;
    if (flow.roundTrip !== null) this.#trips = grown(this.#trips, flow.roundTrip);
    if (flow.jitter !== null) this.#jitters = grown(this.#jitters, flow.jitter);
    if (this.#count % this.#every !== 0) return;
    this.#trend = [...this.#trend, estimateMos(lossBetween(this.#from, flow), flow.roundTrip, flow.jitter)];
    this.#from = flow;
    if (this.#trend.length < TREND) return;
    // Twice as coarse from here on: of each two the worse, as that is what was heard.
    this.#trend = this.#trend.flatMap((mos, at, all) =>
      at % 2 === 0 ? [Math.min(mos, all[at + 1] ?? mos)] : [],
    );
    this.#every *= 2;
  }

  /** Null for a call too short to say anything, or in which nothing came. */
  finish(): MeasuredCall | null {
    const [first, last, report] = [this.#first, this.#last, this.#report];
    if (!first || !last || !report || this.#count < LEAST || last.packetsIn === first.packetsIn) return null;
    const lossIn = lossBetween(first, last);
    const sent = last.packetsOut - first.packetsOut;
    const lostThere = last.lostThere === null ? null : Math.max(0, last.lostThere - (first.lostThere ?? 0));
    const [roundTrip, jitter] = [mean(this.#trips), mean(this.#jitters)];
    const { codec, hertz, local, remote } = endsOf(report);
    return {
      quality: {
        ...{ codec, hertz, lossIn, roundTrip, jitter },
        lossOut: lostThere === null || sent <= 0 ? null : Math.min(1, lostThere / sent),
        mos: estimateMos(lossIn, roundTrip, jitter),
        trend: this.#trend,
      },
      ...{ local, remote },
    };
  }
}

function grown({ sum, count }: { sum: number; count: number }, value: number) {
  return { sum: sum + value, count: count + 1 };
}
function mean({ sum, count }: { sum: number; count: number }): number | null {
  return count === 0 ? null : Math.round(sum / count);
}

function lossBetween(before: Flow, now: Flow): number {
  const lost = Math.max(0, now.lost - before.lost);
  const whole = now.packetsIn - before.packetsIn + lost;
  return whole <= 0 ? 0 : lost / whole;
}

function endsOf(report: RTCStatsReport): { codec: string; hertz: number; local: MediaEnd; remote: MediaEnd } {
  const all: Entry[] = [];
  report.forEach((entry: Entry) => all.push(entry));
  const find = (id: unknown): Entry | undefined => all.find((entry) => entry['id'] === id);
  const stream = (type: string): Entry | undefined =>
    all.find((entry) => entry['type'] === type && entry['kind'] === 'audio');
  const [sent, received] = [stream('outbound-rtp'), stream('inbound-rtp')];
  const codec = find(received?.['codecId'] ?? sent?.['codecId']);
  const transport = all.find((entry) => entry['type'] === 'transport');
  const pair =
    find(transport?.['selectedCandidatePairId']) ??
    all.find((entry) => entry['type'] === 'candidate-pair' && entry['nominated'] === true);
  const end = (candidate: Entry | undefined, rtp: Entry | undefined): MediaEnd => ({
    ip: typeof candidate?.['address'] === 'string' ? candidate['address'] : '0.0.0.0',
    port: typeof candidate?.['port'] === 'number' ? candidate['port'] : 0,
    ssrc: typeof rtp?.['ssrc'] === 'number' ? rtp['ssrc'] : 0,
  });
  const mime = typeof codec?.['mimeType'] === 'string' ? codec['mimeType'] : 'audio/unknown';
  return {
    codec: mime.split('/')[1] ?? mime,
    hertz: typeof codec?.['clockRate'] === 'number' ? codec['clockRate'] : 0,
    local: end(find(pair?.['localCandidateId']), sent),
    remote: end(find(pair?.['remoteCandidateId']), received),
  };
}
