/** What a page hears, counted in audio packets. Installed before the page's own scripts. */
export interface Ear {
  /** Forgets what was. */
  listen(): void;
  /** Since `listen`: packets, and the longest time without one, milliseconds; the time since the last counts. */
  heard(): { packets: number; longest: number };
  /** What names the present path of the last connection (RFC 8839 §5.4, ice-ufrag): another with every ICE restart. */
  path(): string;
}

declare global {
  var ear: Ear;
}

/** Runs in the page: it may use nothing from outside itself. */
export function installEar(): void {
  const connections: RTCPeerConnection[] = [];
  const Real = globalThis.RTCPeerConnection;
  globalThis.RTCPeerConnection = class extends Real {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      connections.push(this);
    }
  };
  // A voice that never pauses: with pauses (DTX) a gap would say nothing of the path.
  const voice = (): Promise<MediaStream> => {
    const context = new AudioContext();
    const [tone, to] = [context.createOscillator(), context.createMediaStreamDestination()];
    tone.connect(to);
    tone.start();
    return Promise.resolve(to.stream);
  };
  navigator.mediaDevices.getUserMedia = voice;
  let [total, last, longest, since] = [0, 0, 0, 0];
  const read = async (): Promise<number> => {
    let sum = 0;
    for (const connection of connections)
      for (const report of (await connection.getStats()).values()) {
        const { type, kind, packetsReceived = 0 } = report as RTCInboundRtpStreamStats;
        if (type === 'inbound-rtp' && kind === 'audio') sum += packetsReceived;
      }
    return sum;
  };
  const look = async (): Promise<void> => {
    const sum = await read();
    const now = performance.now();
    if (sum > total) {
      longest = Math.max(longest, now - last);
      last = now;
    }
    total = Math.max(total, sum);
    setTimeout(() => void look(), 20);
  };
  globalThis.ear = {
    listen() {
      [last, longest, since] = [performance.now(), 0, total];
    },
    path: () => /^a=ice-ufrag:(\S+)/m.exec(connections.at(-1)?.currentLocalDescription?.sdp ?? '')?.[1] ?? '',
    heard: () => ({ packets: total - since, longest: Math.max(longest, performance.now() - last) }),
  };
  void look();
}
