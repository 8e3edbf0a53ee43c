import { kindOf, receives } from './directions.ts';

/**
 * What arrives, line by line. Nothing is ever stopped here: a track belongs to its transceiver for the whole call and
 * only enters or leaves the streams that are played.
 */
export class RemoteTracks {
  /** Every sound received, mixed by the element that plays it. Stays the same object. */
  readonly audio = new MediaStream();
  #video: MediaStream | null = null;

  /** The first picture received, null while none is. A new object when the track changes. */
  get video(): MediaStream | null {
    return this.#video;
  }

  /** Reads the lines after both descriptions agree. */
  read(transceivers: readonly RTCRtpTransceiver[]): void {
    const live = transceivers
      .filter((each) => receives(each.currentDirection))
      .map((each) => ({
        kind: kindOf(each),
        track: each.receiver.track,
      }));
    const sounds = live.filter((each) => each.kind === 'audio').map((each) => each.track);
    for (const track of this.audio.getTracks()) if (!sounds.includes(track)) this.audio.removeTrack(track);
    for (const track of sounds) this.audio.addTrack(track);
    const picture = live.find((each) => each.kind === 'video')?.track ?? null;
    if (picture !== (this.#video?.getTracks()[0] ?? null)) {
      this.#video = picture && new MediaStream([picture]);
    }
  }

  clear(): void {
    for (const track of this.audio.getTracks()) this.audio.removeTrack(track);
    this.#video = null;
  }
}
