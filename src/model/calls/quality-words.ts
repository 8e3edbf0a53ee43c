import type { VoiceQuality } from '../../protocol/voice-quality.ts';

/** How a call sounded, in words, from the estimate (ITU-T G.107 Annex B names these bounds). */
export function qualityWords({ mos }: Pick<VoiceQuality, 'mos'>): string {
  if (mos >= 4) return 'Clear';
  if (mos >= 3.6) return 'Good enough';
  return mos >= 3.1 ? 'Hard at times' : 'Poor';
}

/** What kept it from being better, in figures that a help desk asks for. */
export function qualityFigures({ lossIn, lossOut, jitter, roundTrip }: VoiceQuality): string {
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  return [
    `${percent(lossIn)} lost coming`,
    ...(lossOut === null ? [] : [`${percent(lossOut)} lost going`]),
    ...(jitter === null ? [] : [`${jitter} ms jitter`]),
    ...(roundTrip === null ? [] : [`${roundTrip} ms round trip`]),
  ].join(', ');
}

/** Points of a plot 100 wide and 24 high, the best at the top; one value alone is a line. */
export function plotPoints(trend: readonly number[]): string {
  const all = trend.length === 1 ? [...trend, ...trend] : trend;
  const y = (mos: number): number => 23 - ((Math.min(4.5, Math.max(1, mos)) - 1) / 3.5) * 22;
  return all.map((mos, at) => `${((100 * at) / (all.length - 1)).toFixed(1)},${y(mos).toFixed(1)}`).join(' ');
}
