/**
 * One stream of RTP (RFC 3550, RFC 7587) into an Ogg Opus file, as it comes. Packets are put in order as far as a short
 * wait allows; what is missing is written as lost, so that the file lasts as long as the speaker spoke. Whatever a hostile
 * sender claims, the file grows no faster than time passes, and stops at its limits.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { oggOpusWriter } from './ogg-opus.ts';
import { LOST, LOST_SAMPLES, opusSamples } from './opus.ts';
import { isRtcp, rtpPayload, type RtpPacket } from './rtp.ts';

export interface RecordingOptions {
  readonly path: string;
  /** Of Opus, in the answer. */
  readonly payloadType: number;
  readonly longestSeconds: number;
  /** Milliseconds, of a clock that only goes forward. */
  readonly now: () => number;
}

export interface Recording {
  take(packet: Buffer): void;
  /** Writes what waits and the end of the stream. */
  end(): void;
}

const RATE = 48;
/** Packets that wait for one before them: 160 ms of the usual ones. */
const MOST_WAITING = 8;
/** What a sender may be ahead of the time that has passed, samples. */
const AHEAD = 1_000 * RATE;
const MOST_OCTETS = 4 * 1024 * 1024;

export function startRecording({ path, payloadType, longestSeconds, now }: RecordingOptions): Recording {
  const file = openSync(path, 'w', 0o600);
  const writer = oggOpusWriter(Math.floor(Math.random() * 2 ** 32));
  const began = now();
  const longest = longestSeconds * 1_000 * RATE;
  const waiting = new Map<number, RtpPacket>();
  let ssrc: number | null = null;
  let next: number | null = null;
  /** RTP time at which the next packet belongs, when none is missing. */
  let expected = 0;
  let octets = 0;
  let isOver = false;

  const write = (page: Buffer | null): void => {
    if (page === null || isOver) return;
    octets += page.length;
    try {
      writeSync(file, page);
    } catch {
      // A full disk: what is there stays.
      close();
    }
  };
  const close = (): void => {
    if (isOver) return;
    isOver = true;
    closeSync(file);
  };
  const room = (): number => Math.min(longest, (now() - began) * RATE + AHEAD) - writer.samples;

  const put = ({ seq, time, payload }: RtpPacket): void => {
    next = (seq + 1) & 0xffff;
    const samples = opusSamples(payload);
    if (samples === null) return;
    let gap = (time - expected) >>> 0;
    // The past, or a leap: the sender has begun anew.
    if (gap > 0x7fff_ffff) gap = 0;
    for (; gap >= LOST_SAMPLES && room() >= LOST_SAMPLES + samples; gap -= LOST_SAMPLES) {
      write(writer.add(LOST, LOST_SAMPLES));
    }
    if (room() < samples || octets > MOST_OCTETS) return;
    write(writer.add(payload, samples));
    expected = (time + samples) >>> 0;
  };
  const drain = (all: boolean): void => {
    while (waiting.size > 0) {
      const due = next === null ? undefined : waiting.get(next);
      if (due === undefined && waiting.size <= MOST_WAITING && !all) return;
      const one = due ?? nearest();
      if (one === undefined) return;
      waiting.delete(one.seq);
      put(one);
    }
  };
  const nearest = (): RtpPacket | undefined =>
    [...waiting.values()].sort((a, b) => distance(next ?? 0, a.seq) - distance(next ?? 0, b.seq))[0];

  write(writer.head());
  return {
    take(packet) {
      if (isOver || isRtcp(packet)) return;
      const rtp = rtpPayload(packet);
      if (rtp === null || rtp.type !== payloadType || rtp.payload.length === 0) return;
      if (rtp.ssrc !== ssrc) {
        drain(true);
        ssrc = rtp.ssrc;
        next = rtp.seq;
        expected = rtp.time;
      }
      // Heard already, or too late.
      if (next !== null && distance(next, rtp.seq) > 0x7fff) return;
      waiting.set(rtp.seq, rtp);
      drain(false);
    },
    end() {
      if (isOver) return;
      drain(true);
      write(writer.end());
      close();
    },
  };
}

/** How far `seq` is after `from`, 16 bits round. */
function distance(from: number, seq: number): number {
  return (seq - from) & 0xffff;
}
