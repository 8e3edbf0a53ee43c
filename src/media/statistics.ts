/** Sums of what flowed in a call so far, from `getStats()`. Packets and frames are counts, round trip is in milliseconds. */
export interface Flow {
  readonly packetsIn: number;
  readonly packetsOut: number;
  readonly lost: number;
  readonly framesIn: number;
  readonly framesOut: number;
  readonly freezes: number;
  /** Total energy of the sound received and played (W3C webrtc-stats): grows only while something is heard. */
  readonly heard: number;
  readonly roundTrip: number | null;
}

/** Reads the report; lines that are not there count nothing. */
export function readFlow(report: RTCStatsReport): Flow {
  let [packetsIn, packetsOut, lost, framesIn, framesOut, freezes, heard] = [0, 0, 0, 0, 0, 0, 0];
  let roundTrip: number | null = null;
  report.forEach((entry: Record<string, unknown>) => {
    const number = (name: string): number => (typeof entry[name] === 'number' ? entry[name] : 0);
    if (entry['type'] === 'inbound-rtp') {
      packetsIn += number('packetsReceived');
      lost += number('packetsLost');
      framesIn += number('framesDecoded');
      freezes += number('freezeCount');
      heard += number('totalAudioEnergy');
    } else if (entry['type'] === 'outbound-rtp') {
      packetsOut += number('packetsSent');
      framesOut += number('framesEncoded');
    } else if (entry['type'] === 'candidate-pair' && entry['nominated'] === true) {
      const seconds = entry['currentRoundTripTime'];
      if (typeof seconds === 'number') roundTrip = Math.round(seconds * 1000);
    }
  });
  return { packetsIn, packetsOut, lost, framesIn, framesOut, freezes, heard, roundTrip };
}

export interface Quality {
  /** 1 to 4, as bars. */
  readonly bars: 1 | 2 | 3 | 4;
  readonly words: string;
}

/** How the call is for the person, from two readings some seconds apart. Words, never figures. */
export function judge(before: Flow, now: Flow, picture: boolean): Quality {
  const came = now.packetsIn - before.packetsIn;
  const lost = Math.max(0, now.lost - before.lost);
  const share = came + lost === 0 ? 1 : lost / (came + lost);
  const slow = (now.roundTrip ?? 0) > 400;
  if (came === 0) return { bars: 1, words: 'Nothing is arriving' };
  if (share > 0.1) return { bars: 1, words: 'Sound may break up' };
  if (picture && now.freezes > before.freezes) return { bars: 2, words: 'Picture may freeze' };
  if (share > 0.04) return { bars: 2, words: picture ? 'Picture may freeze' : 'Sound may crackle' };
  if (slow) return { bars: 3, words: 'Answers may come late' };
  return { bars: 4, words: picture ? 'Clear sound and picture' : 'Sounds clear' };
}
