/** The parent's side of media-process.ts: starts it on first use, again when it died, and pairs answers with questions. */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { MediaCommand, MediaReply } from './media-process.ts';

/** What becomes of the media of one call. `gone`: it is over, once or again. */
export type MediaEvent = 'connected' | 'gone';

/** What is to be recorded, and where to. */
export interface RecordingPlace {
  readonly payloadType: number;
  readonly path: string;
  readonly seconds: number;
}

/** Media that plays back what it is sent, or records it. Null when media cannot be had on this machine. */
export interface Media {
  offer(id: string): Promise<string | null>;
  /** Again with the same id: the new connection takes the place of the old one. */
  answer(id: string, offer: string): Promise<string | null>;
  /** Answers with a tone, and keeps what comes after it. Again with the same id: goes on recording into the same file. */
  record(id: string, offer: string, place: RecordingPlace): Promise<string | null>;
  accept(id: string, answer: string): void;
  /** Hears of this call until it is closed. */
  watch(id: string, listener: (event: MediaEvent) => void): void;
  /** Resolves when nothing more is written for it. */
  close(id: string): Promise<void>;
  stop(): void;
}

const PATIENCE_MS = 5_000;

export function startMedia(): Media {
  let child: ChildProcess | null = null;
  const waiting = new Map<string, (sdp: string | null) => void>();
  const closing = new Map<string, () => void>();
  const watching = new Map<string, (event: MediaEvent) => void>();

  function settle(id: string, sdp: string | null): void {
    waiting.get(id)?.(sdp);
    waiting.delete(id);
  }
  function closed(id: string): void {
    closing.get(id)?.();
    closing.delete(id);
  }
  function hear(message: MediaReply): void {
    if (message.is === 'description') settle(message.id, message.sdp);
    else if (message.is === 'failed') settle(message.id, null);
    else if (message.is === 'closed') closed(message.id);
    else watching.get(message.id)?.(message.is);
  }
  function running(): ChildProcess {
    if (child) return child;
    const made = fork(fileURLToPath(new URL('./media-process.ts', import.meta.url)), { stdio: 'ignore' });
    made.on('message', hear);
    made.on('error', () => undefined);
    made.on('exit', () => {
      if (child === made) child = null;
      for (const id of [...waiting.keys()]) settle(id, null);
      for (const id of [...closing.keys()]) closed(id);
      for (const listener of [...watching.values()]) listener('gone');
    });
    child = made;
    return made;
  }
  function tell(command: MediaCommand): void {
    const to = command.do === 'close' || command.do === 'accept' ? child : running();
    // A child that has just died is told of by its exit.
    if (to?.connected === true) to.send(command, () => undefined);
  }
  function ask(command: MediaCommand): Promise<string | null> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle(command.id, null), PATIENCE_MS);
      settle(command.id, null);
      waiting.set(command.id, (sdp) => {
        clearTimeout(timer);
        resolve(sdp);
      });
      tell(command);
    });
  }
  return {
    offer: (id) => ask({ do: 'offer', id }),
    answer: (id, sdp) => ask({ do: 'answer', id, sdp }),
    record: (id, sdp, place) => ask({ do: 'record', id, sdp, ...place }),
    accept: (id, sdp) => tell({ do: 'accept', id, sdp }),
    watch: (id, listener) => void watching.set(id, listener),
    close(id) {
      watching.delete(id);
      if (child?.connected !== true) return Promise.resolve();
      return new Promise((resolve) => {
        closing.set(id, resolve);
        tell({ do: 'close', id });
      });
    },
    stop: () => child?.kill('SIGTERM'),
  };
}
