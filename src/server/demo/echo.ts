/** The parent's side of echo-process.ts: starts it on first use, again when it died, and pairs answers with questions. */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { EchoCommand, EchoReply } from './echo-process.ts';

/** Media that plays back what it is sent. Every promise gives null when media cannot be had on this machine. */
export interface Echo {
  offer(id: string): Promise<string | null>;
  answer(id: string, offer: string): Promise<string | null>;
  accept(id: string, answer: string): void;
  close(id: string): void;
  stop(): void;
}

const PATIENCE_MS = 5_000;

export function startEcho(): Echo {
  let child: ChildProcess | null = null;
  const waiting = new Map<string, (sdp: string | null) => void>();

  function settle(id: string, sdp: string | null): void {
    waiting.get(id)?.(sdp);
    waiting.delete(id);
  }
  function running(): ChildProcess {
    if (child) return child;
    const made = fork(fileURLToPath(new URL('./echo-process.ts', import.meta.url)), { stdio: 'ignore' });
    made.on('message', (message: EchoReply) =>
      settle(message.id, message.is === 'description' ? message.sdp : null),
    );
    made.on('error', () => undefined);
    made.on('exit', () => {
      if (child === made) child = null;
      for (const id of [...waiting.keys()]) settle(id, null);
    });
    child = made;
    return made;
  }
  function tell(command: EchoCommand): void {
    if (command.do === 'close' || command.do === 'accept') child?.send(command);
    else running().send(command);
  }
  function ask(command: EchoCommand): Promise<string | null> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle(command.id, null), PATIENCE_MS);
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
    accept: (id, sdp) => tell({ do: 'accept', id, sdp }),
    close: (id) => tell({ do: 'close', id }),
    stop: () => child?.kill('SIGTERM'),
  };
}
