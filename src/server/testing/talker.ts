/** The media of a test's telephone: offers one Opus stream, sends packets as the test says, keeps what it hears. */
import { Audio, PeerConnection, type Track } from 'node-datachannel';
import { isRtcp } from '../media/rtp.ts';

const OPUS = 111;
const SSRC = 0x0102_0304;

export type Talker = Awaited<ReturnType<typeof createTalker>>;

/** One RTP packet (RFC 3550 §5.1). `at`: of its clock, 48 kHz. */
export function rtpPacket(seq: number, at: number, payload: Buffer, type = OPUS): Buffer {
  const head = Buffer.alloc(12);
  head[0] = 0x80;
  head[1] = type;
  head.writeUInt16BE(seq & 0xffff, 2);
  head.writeUInt32BE(at >>> 0, 4);
  head.writeUInt32BE(SSRC, 8);
  return Buffer.concat([head, payload]);
}

export async function createTalker() {
  const connection = new PeerConnection(crypto.randomUUID(), {
    iceServers: [],
    disableAutoNegotiation: true,
  });
  const audio = new Audio('0', 'SendRecv');
  audio.addOpusCodec(OPUS, 'minptime=10;useinbandfec=1');
  audio.addSSRC(SSRC, 'talker', 'talker', 'voice');
  const track: Track = connection.addTrack(audio);
  const heard: Buffer[] = [];
  track.onMessage((packet) => {
    if (!isRtcp(packet)) heard.push(Buffer.from(packet));
  });
  const isUp = new Promise<void>((resolve) => track.onOpen(resolve));
  const gathered = new Promise<void>((resolve) =>
    connection.onGatheringStateChange((state) => {
      if (state === 'complete') resolve();
    }),
  );
  connection.setLocalDescription('offer');
  await gathered;
  return {
    offer: connection.localDescription()?.sdp ?? '',
    heard,
    /** Resolves when packets can be sent. */
    async connect(answer: string): Promise<void> {
      connection.setRemoteDescription(answer, 'answer');
      await isUp;
    },
    send: (packet: Buffer): boolean => track.isOpen() && track.sendMessageBinary(packet),
    close: () => connection.close(),
  };
}
