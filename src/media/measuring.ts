/** What a call that is up is measured with; fetched with the first of them. */
import { detailsOf, type Detail } from './call-details.ts';
import { QualityRecord } from './quality-record.ts';
import { judge, readFlow, type Flow, type Quality, type Situation } from './statistics.ts';
import type { MeasuredCall } from '../protocol/vq-report.ts';

/** The quality in words looks back this many readings of one second. */
const LOOK_BACK = 4;

/** One call, read once a second. */
export class Measuring {
  readonly #record = new QualityRecord();
  #readings: readonly Flow[] = [];
  #last: RTCStatsReport | null = null;

  /** `situation` is null while nobody listens: then nothing is said of the quality, nor before there is enough to compare. */
  read(report: RTCStatsReport, situation: Situation | null): { flow: Flow; quality: Quality | null } {
    const flow = readFlow(report);
    this.#readings = [...this.#readings, flow].slice(-LOOK_BACK);
    this.#record.add(flow, report);
    const [before] = this.#readings;
    const isEnough = this.#readings.length === LOOK_BACK;
    return { flow, quality: before && situation && isEnough ? judge(before, flow, situation) : null };
  }

  /** The path is another: what was read before cannot be compared. */
  forget(): void {
    this.#readings = [];
  }

  details(report: RTCStatsReport): readonly Detail[] {
    const lines = detailsOf(report, this.#last);
    this.#last = report;
    return lines;
  }

  finish(): MeasuredCall | null {
    return this.#record.finish();
  }
}
