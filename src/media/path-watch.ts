import { SilenceWatch } from './silence-watch.ts';

/** How the way to the other side is: RTCPeerConnection's ICE states in our words. */
export type Path = 'new' | 'connecting' | 'connected' | 'interrupted' | 'failed';

/** How long a broken path may heal by itself before ICE starts anew, milliseconds. */
const PATIENCE = 2000;

export interface PathEvents {
  /** Something of this peer changed: tracks, path, hold. */
  readonly changed: () => void;
  /** The path is broken or a track changed: the call needs a new offer. */
  readonly wantsOffer: (iceRestart: boolean) => void;
  /** Nothing comes any more: perhaps this device is in another network, and its connection to the server is dead as well. */
  readonly silent: () => void;
}

/** Watches the path of one connection and says when it needs a new one. */
export class PathWatch {
  readonly #connection: RTCPeerConnection;
  readonly #events: PathEvents;
  #silence: SilenceWatch | null = null;
  #healing: ReturnType<typeof setTimeout> | null = null;

  constructor(connection: RTCPeerConnection, events: PathEvents) {
    this.#connection = connection;
    this.#events = events;
    connection.oniceconnectionstatechange = () => {
      events.changed();
      this.#look();
    };
  }

  get path(): Path {
    switch (this.#connection.iceConnectionState) {
      case 'new':
        return 'new';
      case 'checking':
        return 'connecting';
      case 'connected':
      case 'completed':
        return 'connected';
      case 'disconnected':
        return 'interrupted';
      default:
        return 'failed';
    }
  }

  stop(): void {
    if (this.#healing) clearTimeout(this.#healing);
    this.#silence?.stop();
    this.#connection.oniceconnectionstatechange = null;
  }

  #look(): void {
    if (this.#healing) clearTimeout(this.#healing);
    this.#healing = null;
    const { silent, wantsOffer } = this.#events;
    if (this.path === 'connected') this.#silence ??= new SilenceWatch(this.#connection, silent);
    if (this.path === 'failed') wantsOffer(true);
    if (this.path === 'interrupted') {
      silent();
      this.#healing = setTimeout(() => wantsOffer(true), PATIENCE);
    }
  }
}
