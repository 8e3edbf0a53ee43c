/**
 * The sounds of a telephone, made by oscillators: nothing to download, nothing for a content policy to refuse. The
 * browser lets them be heard once the person has pressed something, which signing in is.
 */
export type Tone = 'ring' | 'ringback' | 'busy' | 'message';

interface Cadence {
  readonly hertz: readonly number[];
  /** Seconds from the start of one round: [on, off] pairs. */
  readonly beats: readonly (readonly [number, number])[];
  /** Seconds of one round. */
  readonly round: number;
  /** How often it plays; null: until stopped. */
  readonly rounds: number | null;
  readonly loudness: number;
}

/** Ringback and busy as in Europe (ITU-T E.180). Ringing pulses three times and is then still (design principle 4). */
const CADENCES: Readonly<Record<Tone, Cadence>> = {
  ring: {
    hertz: [523, 659],
    beats: [
      [0, 0.4],
      [0.6, 1],
    ],
    round: 3,
    rounds: 3,
    loudness: 0.2,
  },
  ringback: { hertz: [425], beats: [[0, 1]], round: 5, rounds: null, loudness: 0.08 },
  busy: { hertz: [425], beats: [[0, 0.5]], round: 1, rounds: 3, loudness: 0.08 },
  message: { hertz: [784], beats: [[0, 0.12]], round: 1, rounds: 1, loudness: 0.08 },
};

/** Plays at most one tone at a time; a new one ends the old. */
export class Tones {
  readonly #make: () => AudioContext;
  readonly #volume: () => number;
  #context: AudioContext | null = null;
  #speaker = '';
  #stop: (() => void) | null = null;

  /** `volume`: 0 to 1, asked at each tone. */
  constructor(make: () => AudioContext = () => new AudioContext(), volume: () => number = () => 1) {
    this.#make = make;
    this.#volume = volume;
  }

  /** Call from a key or pointer event: from then on tones can be heard. */
  async unlock(): Promise<void> {
    this.#context ??= this.#make();
    await this.#toSpeaker();
    if (this.#context.state === 'suspended') await this.#context.resume();
  }

  /** Device id of the speaker that rings; '' is the system's own. */
  async setSpeaker(id: string): Promise<void> {
    this.#speaker = id;
    await this.#toSpeaker();
  }

  /** Starts a tone; the function returned ends it, once. Silent while the browser has not been unlocked. */
  play(tone: Tone): () => void {
    this.#stop?.();
    const context = this.#context;
    if (!context || context.state !== 'running') return () => undefined;
    const cadence = CADENCES[tone];
    const loudness = cadence.loudness * Math.min(1, Math.max(0, this.#volume()));
    const volume = new GainNode(context, { gain: 0 });
    volume.connect(context.destination);
    const voices = cadence.hertz.map((frequency) => new OscillatorNode(context, { frequency }));
    for (const voice of voices) {
      voice.connect(volume);
      voice.start();
    }
    let round = 0;
    const start = context.currentTime + 0.02;
    const schedule = (): void => {
      const at = start + round * cadence.round;
      for (const [on, off] of cadence.beats) {
        // Short ramps: a step would click.
        volume.gain.setTargetAtTime(loudness, at + on, 0.012);
        volume.gain.setTargetAtTime(0, at + off, 0.02);
      }
      round += 1;
      if (cadence.rounds !== null && round >= cadence.rounds) clearInterval(timer);
    };
    const timer = setInterval(schedule, cadence.round * 1000);
    schedule();
    const stop = (): void => {
      if (this.#stop === stop) this.#stop = null;
      clearInterval(timer);
      for (const voice of voices) voice.stop();
      volume.disconnect();
    };
    this.#stop = stop;
    return stop;
  }

  close(): void {
    this.#stop?.();
    void this.#context?.close();
    this.#context = null;
  }

  async #toSpeaker(): Promise<void> {
    const context = this.#context;
    if (!context || !('setSinkId' in context)) return;
    const set = context.setSinkId as (id: string) => Promise<void>;
    // A speaker that is gone leaves the sound where it was.
    await set.call(context, this.#speaker).catch(() => undefined);
  }
}
