/** How the sound of a call was, as both ends keep and tell it. Times in milliseconds, shares from 0 to 1. */
export interface VoiceQuality {
  readonly codec: string;
  /** Samples a second. */
  readonly hertz: number;
  /** Share of what was sent to us and did not come. */
  readonly lossIn: number;
  /** Share of what we sent and did not arrive; null when the far end told nothing. */
  readonly lossOut: number | null;
  readonly jitter: number | null;
  readonly roundTrip: number | null;
  /** Estimate from loss and delay, 1 to 4.5; nobody has listened. */
  readonly mos: number;
  /** The same in the course of the call, at most {@link TREND} values. */
  readonly trend: readonly number[];
}

export const TREND = 60;

/** Codec and packet-loss robustness of Opus; it is in no table of G.113, so this is an assumption. */
const ROBUSTNESS = 10;
/** Of the jitter buffer and the codec. */
const OWN_DELAY = 60;

/**
 * Mean opinion score by a shortened E-model (ITU-T G.107 §7: delay and loss only), 1 to 4.5, one decimal.
 * `loss`: 0 to 1. `roundTrip` and `jitter` in milliseconds; null counts nothing.
 */
export function estimateMos(loss: number, roundTrip: number | null, jitter: number | null): number {
  const delay = (roundTrip ?? 0) / 2 + 2 * (jitter ?? 0) + OWN_DELAY;
  const byDelay = 0.024 * delay + (delay > 177.3 ? 0.11 * (delay - 177.3) : 0);
  const percent = 100 * Math.min(1, Math.max(0, loss));
  const byLoss = (95 * percent) / (percent + ROBUSTNESS);
  const r = Math.min(93.2, Math.max(0, 93.2 - byDelay - byLoss));
  const mos = 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6;
  return Math.round(10 * Math.min(4.5, Math.max(1, mos))) / 10;
}
