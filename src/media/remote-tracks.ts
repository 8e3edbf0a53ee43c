import { receives, type Role } from './directions.ts';
import type { Lines } from './lines.ts';

/**
 * What arrives, line by line. Nothing is ever stopped here: a track belongs to its transceiver for the whole call and
 * only enters or leaves the streams that are played.
 */
export class RemoteTracks {
  /** Every sound received, mixed by the element that plays it. Stays the same object. */
  readonly audio = new MediaStream();
  #video: MediaStream | null = null;
  #slides: MediaStream | null = null;

  /** The first picture received, null while none is. A new object when the track changes. */
  get video(): MediaStream | null {
    return this.#video;
  }

  /** The screen that the other side shares, null while it shares none. */
  get slides(): MediaStream | null {
    return this.#slides;
  }

  /** Reads the lines after both descriptions agree. */
  read(lines: Pick<Lines, 'all' | 'role'>): void {
    const live = lines.all
      .filter((each) => receives(each.currentDirection))
      .map((each) => ({
        role: lines.role(each),
        track: each.receiver.track,
      }));
    const sounds = live.filter((each) => each.role === 'sound').map((each) => each.track);
    for (const track of this.audio.getTracks()) if (!sounds.includes(track)) this.audio.removeTrack(track);
    for (const track of sounds) this.audio.addTrack(track);
    const first = (role: Role) => live.find((each) => each.role === role)?.track ?? null;
    this.#video = streamOf(first('picture'), this.#video);
    this.#slides = streamOf(first('slides'), this.#slides);
  }

  clear(): void {
    for (const track of this.audio.getTracks()) this.audio.removeTrack(track);
    this.#video = null;
    this.#slides = null;
  }
}

/** The stream there was, as long as it has that track: what plays it is not disturbed. */
function streamOf(track: MediaStreamTrack | null, before: MediaStream | null): MediaStream | null {
  if (track === (before?.getTracks()[0] ?? null)) return before;
  return track && new MediaStream([track]);
}
