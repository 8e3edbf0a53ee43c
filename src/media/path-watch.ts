/** How the way to the other side is: RTCPeerConnection's ICE states in our words. */
export type Path = 'new' | 'connecting' | 'connected' | 'interrupted' | 'failed';

/** How long a broken path may heal by itself before ICE starts anew, milliseconds. */
const PATIENCE = 2000;

/** Watches the path of one connection and says when it needs a new one. */
export class PathWatch {
  readonly #connection: RTCPeerConnection;
  readonly #broken: () => void;
  #healing: ReturnType<typeof setTimeout> | null = null;

  /** `changed`: the path is another. `broken`: it does not come back by itself. */
  constructor(connection: RTCPeerConnection, changed: () => void, broken: () => void) {
    this.#connection = connection;
    this.#broken = broken;
    connection.oniceconnectionstatechange = () => {
      changed();
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
    this.#connection.oniceconnectionstatechange = null;
  }

  #look(): void {
    if (this.#healing) clearTimeout(this.#healing);
    this.#healing = null;
    if (this.path === 'failed') this.#broken();
    if (this.path === 'interrupted') this.#healing = setTimeout(this.#broken, PATIENCE);
  }
}
