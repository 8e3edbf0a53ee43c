/**
 * Microphone and camera tracks. A refusal is a value with a sentence: what happened, then what to do. A call goes on
 * without the device, so nothing here ever throws.
 */
export type Taken<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string };

export type CaptureKind = 'microphone' | 'camera';

/** What the person chose; an id that is gone is only a wish, the browser then takes the next device. */
export interface CaptureChoice {
  readonly microphone: string | null;
  readonly camera: string | null;
  readonly reduceNoise: boolean;
}

/** The part of `navigator.mediaDevices` used here, so that tests can refuse. */
export type CaptureSource = Pick<MediaDevices, 'getUserMedia'>;

/** Each is null where it was not asked for. */
export interface Captured {
  readonly microphone: Taken<MediaStreamTrack> | null;
  readonly camera: Taken<MediaStreamTrack> | null;
}

const NAME: Readonly<Record<CaptureKind, string>> = { microphone: 'microphone', camera: 'camera' };
const MEANWHILE: Readonly<Record<CaptureKind, string>> = {
  microphone: 'Until then you can listen but not be heard.',
  camera: 'Until then others hear you but do not see you.',
};

/** The sentence for a refused device (W3C Media Capture §10.2 names the errors). */
function refusal(kind: CaptureKind, error: unknown): string {
  const name = error instanceof DOMException || error instanceof Error ? error.name : '';
  const thing = NAME[kind];
  const meanwhile = MEANWHILE[kind];
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return `The browser is blocking your ${thing} for this site. Allow it next to the address, then choose it again. ${meanwhile}`;
    case 'NotFoundError':
    case 'OverconstrainedError':
      return `No ${thing} was found. Plug one in and it will be used. ${meanwhile}`;
    case 'NotReadableError':
    case 'AbortError':
      return `Your ${thing} is in use by another program. Close it there, then choose it again. ${meanwhile}`;
    default:
      return `Your ${thing} could not be started. ${meanwhile}`;
  }
}

function wants(choice: CaptureChoice, kind: CaptureKind): MediaTrackConstraints {
  const id = choice[kind];
  const device = id === null ? {} : { deviceId: { ideal: id } };
  return kind === 'microphone'
    ? { ...device, echoCancellation: true, autoGainControl: true, noiseSuppression: choice.reduceNoise }
    : { ...device, width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
}

async function one(
  source: CaptureSource | undefined,
  choice: CaptureChoice,
  kind: CaptureKind,
): Promise<Taken<MediaStreamTrack>> {
  if (!source) {
    return { ok: false, why: `Parley was opened without https, so the browser gives it no ${NAME[kind]}.` };
  }
  try {
    const asked = wants(choice, kind);
    const stream = await source.getUserMedia(kind === 'microphone' ? { audio: asked } : { video: asked });
    const track = stream.getTracks()[0];
    return track
      ? { ok: true, value: track }
      : { ok: false, why: refusal(kind, new DOMException('', 'NotFoundError')) };
  } catch (error) {
    return { ok: false, why: refusal(kind, error) };
  }
}

/** Takes both in one question to the person; where that is refused asks for each alone, so that one can still work. */
export async function capture(
  source: CaptureSource | undefined,
  choice: CaptureChoice,
  kinds: { readonly microphone: boolean; readonly camera: boolean },
): Promise<Captured> {
  if (source && kinds.microphone && kinds.camera) {
    try {
      const both = await source.getUserMedia({
        audio: wants(choice, 'microphone'),
        video: wants(choice, 'camera'),
      });
      const [microphone] = both.getAudioTracks();
      const [camera] = both.getVideoTracks();
      if (microphone && camera) {
        return { microphone: { ok: true, value: microphone }, camera: { ok: true, value: camera } };
      }
    } catch {
      // One of them refused: which one shows when they are asked singly.
    }
  }
  return {
    microphone: kinds.microphone ? await one(source, choice, 'microphone') : null,
    camera: kinds.camera ? await one(source, choice, 'camera') : null,
  };
}
