/**
 * Media of the demo colleagues: a child process that plays back to a caller what it hears and sees, half a second
 * later. Native media code can end its process; the office must not go with it, so this one is forked.
 */
import { PeerConnection, Audio, type Track } from 'node-datachannel';

/** Parent to child. `offer` null: make one. Every session has the parent's id. */
export type EchoCommand =
  | { readonly do: 'offer'; readonly id: string }
  | { readonly do: 'answer'; readonly id: string; readonly sdp: string }
  | { readonly do: 'accept'; readonly id: string; readonly sdp: string }
  | { readonly do: 'close'; readonly id: string };
export type EchoReply =
  | { readonly is: 'description'; readonly id: string; readonly sdp: string }
  | { readonly is: 'failed'; readonly id: string };

/** Long enough to be told from one's own voice. */
const DELAY_MS = 500;
/** Sets what we send apart from what the caller sends, and back again in their feedback. */
const SSRC_MASK = 0x2f6b_31c7;

const sessions = new Map<string, PeerConnection>();

function reply(message: EchoReply): void {
  process.send?.(message);
}

/** RTCP shares the port; its payload types fall into 64–95 after the marker bit is cut (RFC 5761 §4). */
function isRtcp(packet: Buffer): boolean {
  const type = (packet[1] ?? 0) & 0x7f;
  return type >= 64 && type <= 95;
}

function echo(track: Track, ssrc: number | null): void {
  track.onMessage((packet) => {
    if (packet.length < 12) return;
    const copy = Buffer.from(packet);
    if (isRtcp(packet)) {
      // Only feedback (loss, key frame wanted) means something to the sender of what we echo.
      if (packet[1] !== 205 && packet[1] !== 206) return;
      copy.writeUInt32BE((copy.readUInt32BE(8) ^ SSRC_MASK) >>> 0, 8);
      if (track.isOpen()) track.sendMessageBinary(copy);
      return;
    }
    copy.writeUInt32BE(ssrc ?? (copy.readUInt32BE(8) ^ SSRC_MASK) >>> 0, 8);
    setTimeout(() => {
      // A closed track throws in native code.
      if (track.isOpen()) track.sendMessageBinary(copy);
    }, DELAY_MS);
  });
}

function open(id: string): PeerConnection {
  const connection = new PeerConnection(id, { iceServers: [], disableAutoNegotiation: true });
  sessions.set(id, connection);
  connection.onGatheringStateChange((state) => {
    const description = connection.localDescription();
    if (state === 'complete' && description) reply({ is: 'description', id, sdp: description.sdp });
  });
  connection.onTrack((track) => echo(track, null));
  return connection;
}

function offer(id: string): void {
  const connection = open(id);
  const audio = new Audio('0', 'SendRecv');
  audio.addOpusCodec(111, 'minptime=10;useinbandfec=1');
  const ssrc = 0x1000_0000 + Math.floor(Math.random() * 0x1000_0000);
  audio.addSSRC(ssrc, id.slice(0, 16), 'colleague', 'voice');
  echo(connection.addTrack(audio), ssrc);
  connection.setLocalDescription('offer');
}

function answer(id: string, sdp: string): void {
  const connection = open(id);
  connection.setRemoteDescription(sdp, 'offer');
  connection.setLocalDescription('answer');
}

process.on('message', (command: EchoCommand) => {
  try {
    if (command.do === 'offer') offer(command.id);
    else if (command.do === 'answer') answer(command.id, command.sdp);
    else if (command.do === 'accept') sessions.get(command.id)?.setRemoteDescription(command.sdp, 'answer');
    else {
      sessions.get(command.id)?.close();
      sessions.delete(command.id);
    }
  } catch {
    reply({ is: 'failed', id: command.id });
  }
});
process.on('disconnect', () => process.exit(0));
