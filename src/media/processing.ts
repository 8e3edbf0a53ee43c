import type { Keep } from './keep.ts';

/** What the browser itself can do to the sound and the picture before they leave (W3C Media Capture, mediacapture-extensions). */
export type Treatment =
  'echoCancellation' | 'noiseSuppression' | 'voiceIsolation' | 'autoGainControl' | 'backgroundBlur';
export type Processing = Readonly<Record<Treatment, boolean>>;

export const SOUND_TREATMENTS = [
  'echoCancellation',
  'noiseSuppression',
  'voiceIsolation',
  'autoGainControl',
] as const satisfies readonly Treatment[];
const TREATMENTS: readonly Treatment[] = [...SOUND_TREATMENTS, 'backgroundBlur'];

/** What suits a voice at a desk. */
export const USUAL: Processing = {
  echoCancellation: true,
  noiseSuppression: true,
  voiceIsolation: false,
  autoGainControl: true,
  backgroundBlur: false,
};

/** Which of them this browser knows at all; asking for another would be ignored without a word. */
export function knownTreatments(
  source: Pick<MediaDevices, 'getSupportedConstraints'> | undefined,
): readonly Treatment[] {
  const known = (source?.getSupportedConstraints() ?? {}) as Readonly<Record<string, boolean | undefined>>;
  return TREATMENTS.filter((each) => known[each] === true);
}

/** Which can be switched for a track that is open: the device must be able to do it and to leave it. */
export function switchable(track: MediaStreamTrack, known: readonly Treatment[]): readonly Treatment[] {
  const own = track.kind === 'audio' ? SOUND_TREATMENTS : (['backgroundBlur'] as const);
  // Older browsers tell no capabilities of sound; then what they know is what they offer.
  const can = 'getCapabilities' in track ? (track.getCapabilities() as Record<string, unknown>) : null;
  return own.filter((each) => {
    if (!known.includes(each)) return false;
    const values = can?.[each];
    if (!Array.isArray(values)) return can === null || track.kind === 'audio';
    return values.includes(false) && values.some((value) => value !== false);
  });
}

/** Which of the wishes the browser did not follow for this track; empty when it did all, or does not say. */
export function unheeded(track: MediaStreamTrack, wished: Processing): readonly Treatment[] {
  const is = track.getSettings() as Readonly<Record<string, unknown>>;
  return TREATMENTS.filter((each) => {
    const now = is[each];
    return now !== undefined && (now !== false) !== wished[each];
  });
}

/** How many devices are remembered; the one used longest ago is forgotten. */
const REMEMBERED = 16;

/** The wishes for each device of this computer. A device nobody chose shares those of "whatever the system uses". */
export class ProcessingMemory {
  readonly #keep: Keep;
  readonly #byDevice: Map<string, Processing>;

  constructor(keep: Keep) {
    this.#keep = keep;
    this.#byDevice = read(keep);
  }

  of(device: string | null): Processing {
    return this.#byDevice.get(device ?? '') ?? this.#first;
  }

  set(device: string | null, treatment: Treatment, on: boolean): void {
    const key = device ?? '';
    const now = { ...this.of(device), [treatment]: on };
    this.#byDevice.delete(key);
    this.#byDevice.set(key, now);
    const kept = [...this.#byDevice].slice(-REMEMBERED);
    this.#keep.setItem('devices.processing', JSON.stringify(Object.fromEntries(kept)));
  }

  /** Before there was a wish for each device there was one for noise. */
  get #first(): Processing {
    return this.#keep.getItem('devices.noise') === 'keep' ? { ...USUAL, noiseSuppression: false } : USUAL;
  }
}

/** What is no list of switches is forgotten, piece by piece. */
function read(keep: Keep): Map<string, Processing> {
  try {
    const kept: unknown = JSON.parse(keep.getItem('devices.processing') ?? '{}');
    if (typeof kept !== 'object' || kept === null) return new Map();
    return new Map(
      Object.entries(kept)
        .slice(-REMEMBERED)
        .map(([device, value]: [string, unknown]) => [device, switches(value)]),
    );
  } catch {
    return new Map();
  }
}

function switches(value: unknown): Processing {
  const own: Readonly<Record<string, unknown>> =
    typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  const entry = (each: Treatment): [Treatment, boolean] => {
    const kept = own[each];
    return [each, typeof kept === 'boolean' ? kept : USUAL[each]];
  };
  return Object.fromEntries(TREATMENTS.map(entry)) as Record<Treatment, boolean>;
}
