/**
 * Microphone and camera tracks. A refusal is a value with a sentence: what happened, then what to do. A call goes on
 * without the device, so nothing here ever throws.
 */
import {
  faultOf,
  faultWords,
  mayBeSimpler,
  type CaptureKind,
  type Fault,
  type Insight,
} from './device-faults.ts';
import { insightOf } from './permission.ts';
import { SOUND_TREATMENTS, type Processing, type Treatment } from './processing.ts';

export type Taken<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string };

/** `fault` tells what may cure it. */
export type TakenTrack =
  | { readonly ok: true; readonly value: MediaStreamTrack }
  | { readonly ok: false; readonly why: string; readonly fault: Fault };

/** What the person chose; an id that is gone is only a wish, the browser then takes the next device. */
export interface CaptureChoice {
  readonly microphone: string | null;
  readonly camera: string | null;
  readonly processing: Processing;
}

/** The part of `navigator.mediaDevices` used here, so that tests can refuse. */
export type CaptureSource = Pick<MediaDevices, 'getUserMedia'>;

/** Each is null where it was not asked for. */
export interface Captured {
  readonly microphone: TakenTrack | null;
  readonly camera: TakenTrack | null;
}

export function refused(kind: CaptureKind, fault: Fault): TakenTrack {
  return { ok: false, why: faultWords(fault, kind), fault };
}

/** All of them are wishes (ideal): a browser that does not know one takes the device all the same. */
function wants(choice: CaptureChoice, kind: CaptureKind): MediaTrackConstraints {
  const id = choice[kind];
  const device = id === null ? {} : { deviceId: { ideal: id } };
  const wish = (treatments: readonly Treatment[]): MediaTrackConstraints =>
    Object.fromEntries(treatments.map((each) => [each, choice.processing[each]]));
  if (kind === 'microphone') return { ...device, ...wish(SOUND_TREATMENTS) };
  // Left out while not wished: some systems take any word about it for a change of their own setting.
  const blur = choice.processing.backgroundBlur ? wish(['backgroundBlur']) : {};
  return { ...device, ...blur, width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
}

async function open(
  source: CaptureSource,
  kind: CaptureKind,
  asked: MediaTrackConstraints | true,
): Promise<TakenTrack> {
  const stream = await source.getUserMedia(kind === 'microphone' ? { audio: asked } : { video: asked });
  const track = stream.getTracks()[0];
  if (!track) return refused(kind, 'none');
  return track.readyState === 'ended' ? refused(kind, 'stuck') : { ok: true, value: track };
}

async function one(
  source: CaptureSource | undefined,
  choice: CaptureChoice,
  kind: CaptureKind,
  insight: (kind: CaptureKind) => Promise<Insight>,
): Promise<TakenTrack> {
  if (!source) return refused(kind, 'insecure');
  try {
    try {
      return await open(source, kind, wants(choice, kind));
    } catch (error) {
      if (!mayBeSimpler(error)) throw error;
      return await open(source, kind, true);
    }
  } catch (error) {
    return refused(kind, faultOf(error, await insight(kind)));
  }
}

/** Takes both in one question to the person; where that is refused asks for each alone, so that one can still work. */
export async function capture(
  source: CaptureSource | undefined,
  choice: CaptureChoice,
  kinds: { readonly microphone: boolean; readonly camera: boolean },
  insight: (kind: CaptureKind) => Promise<Insight> = insightOf,
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
    microphone: kinds.microphone ? await one(source, choice, 'microphone', insight) : null,
    camera: kinds.camera ? await one(source, choice, 'camera', insight) : null,
  };
}
