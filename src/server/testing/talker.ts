/** The media of a test's telephone: offers one Opus stream, sends packets as the test says, keeps what it hears. */
import { Audio, PeerConnection, type Track } from 'node-datachannel';
import { openEnded } from '../media/open-ended.ts';
import { isRtcp, rtpPacket } from '../media/rtp.ts';

const OPUS = 111;
const SSRC = 0x0102_0304;

export type Talker = Awaited<ReturnType<typeof createTalker>>;

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
    // Without our candidates: checks of the other side that came before its answer would end our transport in libdatachannel.
    offer: (connection.localDescription()?.sdp ?? '').replace(/^a=(?:candidate:|end-of-)[^\r\n]*\r?\n/gm, ''),
    heard,
    /** Resolves when packets can be sent. */
    async connect(answer: string): Promise<void> {
      connection.setRemoteDescription(openEnded(answer), 'answer');
      const late = new Promise<never>((_resolve, reject) => {
        setTimeout(() => reject(new Error(`no media: ${connection.state()}`)), 15_000).unref();
      });
      await Promise.race([isUp, late]);
    },
    /** `time`: of its clock, 48 kHz. */
    send: (seq: number, time: number, payload: Buffer, type = OPUS): boolean =>
      track.isOpen() && track.sendMessageBinary(rtpPacket({ type, seq, time, ssrc: SSRC, payload })),
    close: () => connection.close(),
  };
}
