/**
 * Sockets in memory. Inside one socket frames keep their order, as TCP keeps it; between sockets they do not. A socket
 * can be cut (frames on their way are lost in one or both directions) or go half-open (nothing passes, nobody is told).
 */
import type { Wire } from '../../src/server/sip/connection.ts';
import type { Socket } from '../../src/sip/contract.ts';
import type { Timeline } from './timeline.ts';

/** The far end of a socket, as a server takes it. */
export interface Arrival {
  readonly receive: (frame: string) => void;
  readonly heard: () => void;
  readonly ended: () => void;
}
export type Listen = (wire: Wire, address: string) => Arrival;

interface Line {
  readonly client: string;
  cut(): void;
  freeze(): void;
  readonly live: () => boolean;
}

export interface Network {
  /** Whoever answers now; null while no server runs. */
  listen(server: Listen | null): void;
  connect(client: string, alive: () => boolean): Socket;
  /** Live sockets of a client. */
  lines(client: string): readonly Line[];
  all(): readonly Line[];
  /** Sees every frame as a client gets it. */
  onDelivery: (client: string, frame: string) => void;
  /** A path that is down opens no sockets. */
  readonly down: Set<string>;
}

export function createNetwork(time: Timeline): Network {
  const lines = new Set<Line>();
  const down = new Set<string>();
  let listen: Listen | null = null;

  function connect(client: string, alive: () => boolean): Socket {
    let arrival: Arrival | null = null;
    let open = false;
    let ended = false;
    let frozen = false;
    /** Moments before which nothing may arrive: order within the socket. */
    let up = 0;
    let downward = 0;
    const latency = () => 1 + time.random() * (time.random() < 0.1 ? 400 : 30);
    const socket: Socket = {
      onopen: null,
      onclose: null,
      onmessage: null,
      bufferedAmount: 0,
      send(text) {
        if (!open || ended) return;
        up = Math.max(up, time.now() + latency());
        time.after(
          up - time.now(),
          () => {
            if (!frozen) arrival?.receive(text);
          },
          'network',
        );
      },
      close() {
        finish(true);
      },
    };
    /** `ours`: the client closed it itself. */
    function finish(ours: boolean): void {
      if (ended) return;
      ended = true;
      lines.delete(line);
      const far = arrival;
      time.after(
        latency(),
        () => {
          if (!frozen) far?.ended();
        },
        'network',
      );
      time.after(
        ours ? 0 : latency(),
        () => {
          if (alive()) socket.onclose?.(1006, 'closed');
        },
        'network',
      );
    }
    const line: Line = {
      client,
      live: () => !ended,
      cut() {
        // What was on its way in either direction may still arrive, or not.
        if (time.random() < 0.5) frozen = true;
        const far = arrival;
        finish(false);
        if (frozen) time.after(latency(), () => far?.ended(), 'network');
      },
      freeze() {
        frozen = true;
      },
    };
    lines.add(line);
    const toClient = (run: () => void): void => {
      downward = Math.max(downward, time.now() + latency());
      time.after(
        downward - time.now(),
        () => {
          if (!frozen && !ended && alive()) run();
        },
        'network',
      );
    };
    time.after(
      latency(),
      () => {
        if (ended) return;
        if (!listen || down.has(client)) {
          finish(false);
          return;
        }
        open = true;
        arrival = listen(
          {
            send: (frame) => {
              const text = typeof frame === 'string' ? frame : new TextDecoder().decode(frame);
              toClient(() => {
                network.onDelivery(client, text);
                socket.onmessage?.(text);
              });
            },
            // No browser sends pings.
            pong: () => undefined,
            ping: () => {
              toClient(() =>
                time.after(
                  latency(),
                  () => {
                    if (!frozen) arrival?.heard();
                  },
                  'network',
                ),
              );
            },
            close: () => {
              toClient(() => {
                finish(false);
              });
            },
            buffered: 0,
          },
          client,
        );
        if (alive()) socket.onopen?.();
      },
      'network',
    );
    return socket;
  }

  const network: Network = {
    onDelivery: () => undefined,
    listen(server) {
      listen = server;
    },
    connect,
    lines: (client) => [...lines].filter((line) => line.client === client),
    all: () => [...lines],
    down,
  };
  return network;
}
