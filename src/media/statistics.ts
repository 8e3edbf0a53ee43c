/** Sums of what flowed in a call so far, from `getStats()`. Packets and frames are counts, times are in milliseconds. */
export interface Flow {
  readonly packetsIn: number;
  readonly packetsOut: number;
  readonly lost: number;
  /** Of what we sent, as the far end reports (RFC 3550 §6.4); null until it has. */
  readonly lostThere: number | null;
  readonly framesIn: number;
  readonly framesOut: number;
  readonly freezes: number;
  /** Total energy of the sound received and played (W3C webrtc-stats): grows only while something is heard. */
  readonly heard: number;
  /** The same of our microphone, before it is sent; null where the browser does not tell. */
  readonly said: number | null;
  readonly roundTrip: number | null;
  /** Of the sound received (RFC 3550 §6.4.1). */
  readonly jitter: number | null;
  /** Answers to our checks of the path (RFC 7675): grows while the path itself is good. */
  readonly checks: number;
  /** Why our picture is sent smaller than the camera gives it. */
  readonly limitedBy: 'cpu' | 'bandwidth' | null;
}

/** Reads the report; lines that are not there count nothing. */
export function readFlow(report: RTCStatsReport): Flow {
  let [packetsIn, packetsOut, lost, framesIn, framesOut, freezes, heard, checks] = [0, 0, 0, 0, 0, 0, 0, 0];
  let roundTrip: number | null = null;
  let jitter: number | null = null;
  let said: number | null = null;
  let lostThere: number | null = null;
  let limitedBy: Flow['limitedBy'] = null;
  report.forEach((entry: Record<string, unknown>) => {
    const number = (name: string): number => (typeof entry[name] === 'number' ? entry[name] : 0);
    const span = (name: string): number | null =>
      typeof entry[name] === 'number' ? Math.round(entry[name] * 1000) : null;
    if (entry['type'] === 'inbound-rtp') {
      packetsIn += number('packetsReceived');
      lost += number('packetsLost');
      framesIn += number('framesDecoded');
      freezes += number('freezeCount');
      heard += number('totalAudioEnergy');
      if (entry['kind'] === 'audio') jitter = span('jitter') ?? jitter;
    } else if (entry['type'] === 'outbound-rtp') {
      packetsOut += number('packetsSent');
      framesOut += number('framesEncoded');
      const reason = entry['qualityLimitationReason'];
      if (reason === 'cpu' || reason === 'bandwidth') limitedBy = reason;
    } else if (entry['type'] === 'remote-inbound-rtp') {
      lostThere = (lostThere ?? 0) + number('packetsLost');
    } else if (entry['type'] === 'media-source' && entry['kind'] === 'audio') {
      if (typeof entry['totalAudioEnergy'] === 'number') said = (said ?? 0) + entry['totalAudioEnergy'];
    } else if (entry['type'] === 'candidate-pair' && entry['nominated'] === true) {
      roundTrip = span('currentRoundTripTime') ?? roundTrip;
      checks += number('responsesReceived');
    }
  });
  return {
    ...{ packetsIn, packetsOut, lost, lostThere, framesIn, framesOut, freezes, heard, said },
    ...{ roundTrip, jitter, checks, limitedBy },
  };
}

export interface Quality {
  /** 1 to 4, as bars. */
  readonly bars: 1 | 2 | 3 | 4;
  readonly words: string;
  /** On whose side the trouble is, as far as this end can tell; null when there is none, or nobody can say. */
  readonly who: 'you' | 'them' | null;
  /** What to try; null when all is well. */
  readonly advice: string | null;
}

export interface Situation {
  /** A picture is coming in. */
  readonly picture: boolean;
  readonly isMuted: boolean;
}

const NEARER = 'Move nearer to the Wi-Fi or use a cable, and stop big downloads.';
const THEIRS =
  'It is on their side or on the way. Ask them to move nearer to their Wi-Fi, or turn the pictures off.';

/** How the call is for the person, from two readings some seconds apart. Words, never figures. */
export function judge(before: Flow, now: Flow, { picture, isMuted }: Situation): Quality {
  const came = now.packetsIn - before.packetsIn;
  const share = shareOf(now.lost - before.lost, came);
  const there = shareOf((now.lostThere ?? 0) - (before.lostThere ?? 0), now.packetsOut - before.packetsOut);
  // What is lost both ways is lost where both ways meet: in our own connection.
  const lossy =
    there > 0.04 ? { who: 'you' as const, advice: NEARER } : { who: 'them' as const, advice: THEIRS };
  if (came === 0) return { bars: 1, words: 'Nothing is arriving', ...silentPath(before, now) };
  if (share > 0.1) return { bars: 1, words: 'Sound may break up', ...lossy };
  if (there > 0.1) return { bars: 1, words: 'You may be hard to hear', who: 'you', advice: NEARER };
  if (picture && now.freezes > before.freezes) return { bars: 2, words: 'Picture may freeze', ...lossy };
  if (share > 0.04) {
    return { bars: 2, words: picture ? 'Picture may freeze' : 'Sound may crackle', ...lossy };
  }
  if (there > 0.04) return { bars: 2, words: 'You may be hard to hear', who: 'you', advice: NEARER };
  if (!isMuted && now.said !== null && now.said === before.said && now.packetsOut > before.packetsOut) {
    const advice = 'Switch it on at the device, or choose another microphone.';
    return { bars: 2, words: 'Your microphone is silent', who: 'you', advice };
  }
  if ((now.roundTrip ?? 0) > 400) {
    return {
      bars: 3,
      words: 'Answers may come late',
      who: null,
      advice: 'The way between you is long. Let each other finish.',
    };
  }
  if (now.limitedBy === 'cpu') {
    const advice = 'Close other programs, or turn your camera off.';
    return { bars: 3, words: 'Your picture is sent smaller', who: 'you', advice };
  }
  if (now.limitedBy === 'bandwidth' && now.framesOut > before.framesOut) {
    return { bars: 3, words: 'Your picture is sent smaller', who: 'you', advice: NEARER };
  }
  return { bars: 4, words: picture ? 'Clear sound and picture' : 'Sounds clear', who: null, advice: null };
}

function shareOf(lost: number, came: number): number {
  const gone = Math.max(0, lost);
  return came + gone <= 0 ? 0 : gone / (came + gone);
}

/** Nothing comes: either the path is broken, or it is good and they send nothing. */
function silentPath(before: Flow, now: Flow): Pick<Quality, 'who' | 'advice'> {
  return now.checks > before.checks
    ? {
        who: 'them',
        advice: 'The way between you is good, but they send nothing. Ask them to look at their microphone.',
      }
    : { who: 'you', advice: 'Look at your network connection. Parley connects again by itself.' };
}
