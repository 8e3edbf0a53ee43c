/** Plays the tone to a caller and records what comes after it. */
import { performance } from 'node:perf_hooks';
import type { Track } from 'node-datachannel';
import { startRecording, type Recording } from './recording.ts';
import { rtpPacket } from './rtp.ts';
import { SILENCE, TONE } from './tone.ts';

export interface AnsweringMachine {
  /** The track of a connection, once or again after a new offer. `payloadType`: of Opus in it. */
  listen(track: Track, payloadType: number): void;
  end(): void;
}

const FRAME_MS = 20;
const FRAME_SAMPLES = 960;
/** The other end's sound has to start up before the tone is heard. */
const BEFORE_TONE = 25;
/** Discontinuous transmission: a frame of silence so often, in frames (RFC 7587 §3.1.3). */
const QUIET = 20;
const SSRC = 0x5061_726c;

export function createAnsweringMachine(path: string, longestSeconds: number): AnsweringMachine {
  let recording: Recording | null = null;
  let current: { readonly track: Track; readonly payloadType: number } | null = null;
  let frame = 0;
  let seq = 0;
  let timer: NodeJS.Timeout | null = null;

  const say = (payload: Buffer): void => {
    if (current === null) return;
    const { track, payloadType: type } = current;
    // A closed track throws in native code.
    if (!track.isOpen()) return;
    track.sendMessageBinary(rtpPacket({ type, seq, time: frame * FRAME_SAMPLES, ssrc: SSRC, payload }));
    seq = (seq + 1) & 0xffff;
  };
  const tick = (): void => {
    if (current?.track.isOpen() !== true) return;
    const tone = TONE[frame - BEFORE_TONE];
    if (tone !== undefined || frame < BEFORE_TONE) say(tone ?? SILENCE);
    else if (recording !== null && frame % QUIET === 0) say(SILENCE);
    frame += 1;
    if (frame === BEFORE_TONE + TONE.length && recording === null) {
      const { payloadType } = current;
      recording = startRecording({ path, payloadType, longestSeconds, now: () => performance.now() });
    }
  };
  return {
    listen(track, payloadType) {
      current = { track, payloadType };
      track.onMessage((packet) => {
        if (current?.track === track) recording?.take(packet);
      });
      timer ??= setInterval(tick, FRAME_MS);
    },
    end() {
      if (timer !== null) clearInterval(timer);
      current = null;
      recording?.end();
    },
  };
}
