/**
 * Media of calls that the server itself is an end of: a child process, one for all of them. Native media code can end its
 * process; the server must not go with it, so this one is forked.
 */
import { PeerConnection, Audio, type Track } from 'node-datachannel';
import { createAnsweringMachine, type AnsweringMachine } from './answering-machine.ts';
import { echo } from './echo.ts';
import { openEnded } from './open-ended.ts';

/** Parent to child. Every session has the parent's id. */
export type MediaCommand =
  | { readonly do: 'offer'; readonly id: string }
  | { readonly do: 'answer'; readonly id: string; readonly sdp: string }
  /** Plays a tone and records into the file at `path`; `payloadType`: of Opus in the offer. */
  | {
      readonly do: 'record';
      readonly id: string;
      readonly sdp: string;
      readonly payloadType: number;
      readonly path: string;
      readonly seconds: number;
    }
  | { readonly do: 'accept'; readonly id: string; readonly sdp: string }
  | { readonly do: 'close'; readonly id: string };
export type MediaReply =
  | { readonly is: 'description'; readonly id: string; readonly sdp: string }
  | { readonly is: 'failed'; readonly id: string }
  /** The way to the other end is there; it is gone. */
  | { readonly is: 'connected' | 'gone'; readonly id: string }
  /** Nothing more is written for it. */
  | { readonly is: 'closed'; readonly id: string };

const sessions = new Map<string, PeerConnection>();
const machines = new Map<string, AnsweringMachine>();

function reply(message: MediaReply): void {
  if (process.connected) process.send?.(message);
}

/** A new offer in a call that is up gets a fresh connection: this library restarts no ICE (RFC 8839 §4.4). */
function open(id: string, onTrack: (track: Track) => void): PeerConnection {
  sessions.get(id)?.close();
  const connection = new PeerConnection(id, { iceServers: [], disableAutoNegotiation: true });
  sessions.set(id, connection);
  connection.onGatheringStateChange((state) => {
    const description = connection.localDescription();
    if (state === 'complete' && description) reply({ is: 'description', id, sdp: description.sdp });
  });
  connection.onStateChange((state) => {
    if (sessions.get(id) !== connection) return;
    if (state === 'connected') reply({ is: 'connected', id });
    else if (GONE.has(state)) reply({ is: 'gone', id });
  });
  connection.onTrack(onTrack);
  return connection;
}

const GONE = new Set(['disconnected', 'failed', 'closed']);

function offer(id: string): void {
  const connection = open(id, (track) => echo(track, null));
  const audio = new Audio('0', 'SendRecv');
  audio.addOpusCodec(111, 'minptime=10;useinbandfec=1');
  const ssrc = 0x1000_0000 + Math.floor(Math.random() * 0x1000_0000);
  audio.addSSRC(ssrc, id.slice(0, 16), 'colleague', 'voice');
  echo(connection.addTrack(audio), ssrc);
  connection.setLocalDescription('offer');
}

function answer(id: string, sdp: string, onTrack: (track: Track) => void): void {
  const connection = open(id, onTrack);
  connection.setRemoteDescription(openEnded(sdp), 'offer');
  connection.setLocalDescription('answer');
}

function record({ id, sdp, payloadType, path, seconds }: MediaCommand & { do: 'record' }): void {
  const machine = machines.get(id) ?? createAnsweringMachine(path, seconds);
  machines.set(id, machine);
  answer(id, sdp, (track) => {
    if (track.type() === 'audio' && track.direction() !== 'Inactive') machine.listen(track, payloadType);
  });
}

function close(id: string): void {
  const connection = sessions.get(id);
  sessions.delete(id);
  machines.get(id)?.end();
  machines.delete(id);
  connection?.close();
  reply({ is: 'closed', id });
}

process.on('message', (command: MediaCommand) => {
  try {
    if (command.do === 'offer') offer(command.id);
    else if (command.do === 'answer') answer(command.id, command.sdp, (track) => echo(track, null));
    else if (command.do === 'record') record(command);
    else if (command.do === 'accept')
      sessions.get(command.id)?.setRemoteDescription(openEnded(command.sdp), 'answer');
    else close(command.id);
  } catch {
    reply({ is: 'failed', id: command.id });
  }
});
process.on('disconnect', () => {
  for (const machine of machines.values()) machine.end();
  process.exit(0);
});
