/** What a suite needs of a server, whichever it is. */
export interface OfficeServer {
  readonly kind: 'embedded' | 'kamailio';
  readonly domain: string;
  /** SIP over WebSocket, straight to the server. */
  readonly sipUrl: string;
  /** Creates an account; resolves when it can sign in. */
  addUser(name: string, password: string, displayName?: string, phones?: Phones): Promise<void>;
  /** What an administrator types behind `states`: the organisation's own states. */
  states(...words: readonly string[]): Promise<void>;
  /** Address of the client for one device, with its own path to the server; `host` listens instead of loopback. */
  openDoor(host?: string): Promise<Door>;
  /** kill -9 and start again on the same data. Embedded only. */
  crash?(): Promise<void>;
  /** Everything the server wrote to its log so far. */
  log(): string;
  close(): Promise<void>;
}

/** Numbers in the directory. */
export interface Phones {
  readonly work: string;
  readonly mobile: string;
  readonly home: string;
}

/** What measuring needs beside. */
export interface Crowd {
  /** Many accounts at once, all with the same password. */
  addUsers(names: readonly string[], password: string): Promise<void>;
  /** The process whose CPU time, with that of its children, is the server's. */
  pid(): number;
}

/** One device's way in. */
export interface Door {
  /** `http://localhost:PORT`, serves the client; where it is not loopback that listens, the browser must map the name. */
  readonly url: string;
  /** The path SIP takes. */
  readonly path: { cut(): void; freeze(): void; unplug(): void; heal(): void };
  close(): Promise<void>;
}
