/** The part of a camera's track that is asked and told. */
export type Raisable = Pick<MediaStreamTrack, 'getCapabilities' | 'applyConstraints'>;

const HIGH = { width: 1920, height: 1080, framerate: 30 };
/** Bits a second of such a picture. */
const BITRATE = 4_000_000;

/** True when this machine encodes full HD in real time without wearing itself out: in hardware, as a rule. */
async function encodesWell(): Promise<boolean> {
  const video = { contentType: 'video/H264', bitrate: BITRATE, ...HIGH };
  const others = ['video/VP8', 'video/VP9'].map((contentType) => ({ ...video, contentType }));
  for (const each of [video, ...others]) {
    // Named so in browsers that know nothing of it, too: they answer with an error.
    const found = await navigator.mediaCapabilities
      .encodingInfo({ type: 'webrtc', video: each })
      .catch(() => null);
    if (found?.supported && found.smooth && found.powerEfficient) return true;
  }
  return false;
}

/**
 * 720p is the rule. A camera that can goes up to 1080p where the processor carries it; how much of it the path carries
 * is then found out by the browser, which makes the picture smaller before it stutters.
 */
export async function raiseDefinition(track: Raisable, can = encodesWell): Promise<void> {
  const { height } = track.getCapabilities();
  if ((height?.max ?? 0) < HIGH.height || !(await can())) return;
  // Another program may hold the camera at less: then it stays as it is.
  await track
    .applyConstraints({
      width: { ideal: HIGH.width },
      height: { ideal: HIGH.height },
      frameRate: { ideal: HIGH.framerate },
    })
    .catch(() => undefined);
}
