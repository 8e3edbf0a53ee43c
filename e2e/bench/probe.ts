/** What is measured inside a page; installed before its own scripts. Moments are milliseconds by the page's clock. */
export interface Probe {
  /** When something was first painted that matches; the observer starts with the page. */
  painted(selector: string): Promise<number>;
  /** The last click or Enter, before the page acts on it. */
  acted: number;
  /** Scripts and styles that had arrived by a moment, each with its octets on the wire. */
  loadedBy(moment: number): { url: string; octets: number; brotli: boolean }[];
  /** Changes of presence the page was told so far. */
  readonly presence: number;
  /** Says something to the page as its worker would. */
  tell(frame: object): void;
  /** Begins to watch frames; the answer ends it. */
  frames(): () => Frames;
  /** Moment of the first audio packet from the far side; waits for it. */
  heard(): Promise<number>;
  /** The largest picture that comes: its size in pixels, how many were decoded, its codec. */
  picture(): Promise<Picture>;
  /** Moment at which ICE first had a path for a call; NaN before. */
  readonly linked: number;
  /** The calls so far do not count any more. */
  forgetCalls(): void;
}
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  readonly codec: string;
  readonly at: number;
}
export interface Frames {
  readonly count: number;
  /** Between two frames, milliseconds. */
  readonly longest: number;
  /** Frames and tasks of the main thread above 50 ms. */
  readonly late: number;
  readonly longTasks: number;
}

declare global {
  var probe: Probe;
}

/** Runs in the page: it may use nothing from outside itself. */
export function installProbe(): void {
  const late = 50;
  let told = 0;
  let port: MessagePort | null = null;
  const Real = globalThis.SharedWorker;
  if (Real) {
    globalThis.SharedWorker = class extends Real {
      constructor(...from: ConstructorParameters<typeof SharedWorker>) {
        super(...from);
        port = this.port;
        this.port.addEventListener(
          'message',
          ({ data }: MessageEvent<{ fact?: { fact: string; changes?: [] } }>) => {
            if (data.fact?.fact === 'presence') told += data.fact.changes?.length ?? 0;
          },
        );
      }
    };
  }
  const connections: RTCPeerConnection[] = [];
  let linked = NaN;
  const RealConnection = globalThis.RTCPeerConnection;
  globalThis.RTCPeerConnection = class extends RealConnection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      connections.push(this);
      this.addEventListener('iceconnectionstatechange', () => {
        if (/^(connected|completed)$/.test(this.iceConnectionState) && Number.isNaN(linked))
          linked = performance.now();
      });
    }
  };
  const nextPaint = (): Promise<number> =>
    new Promise((resolve) =>
      requestAnimationFrame(() => {
        const channel = new MessageChannel();
        // The task after the frame: what it drew is on its way to the screen.
        channel.port1.onmessage = () => resolve(performance.now());
        channel.port2.postMessage(null);
      }),
    );
  const probe: Probe = {
    acted: 0,
    get presence() {
      return told;
    },
    get linked() {
      return linked;
    },
    tell: (frame) => void port?.dispatchEvent(new MessageEvent('message', { data: frame })),
    painted: (selector) =>
      new Promise((resolve) => {
        const look = (): boolean => {
          if (!document.querySelector(selector)) return false;
          void nextPaint().then(resolve);
          return true;
        };
        if (look()) return;
        const observer = new MutationObserver(() => {
          if (look()) observer.disconnect();
        });
        observer.observe(document, { subtree: true, childList: true, attributes: true });
      }),
    loadedBy(moment) {
      const entries = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
      return entries
        .filter(
          ({ name, responseEnd }) => /\.(js|css)$/.test(name) && responseEnd > 0 && responseEnd <= moment,
        )
        .map((entry) => ({
          url: entry.name,
          octets: entry.encodedBodySize,
          brotli: entry.encodedBodySize < entry.decodedBodySize,
        }));
    },
    frames() {
      let [last, count, longest, over, tasks, running] = [performance.now(), 0, 0, 0, 0, true];
      const observer = new PerformanceObserver((list) => (tasks += list.getEntries().length));
      observer.observe({ type: 'longtask' });
      const step = (now: number): void => {
        const took = now - last;
        last = now;
        count += 1;
        longest = Math.max(longest, took);
        if (took > late) over += 1;
        if (running) requestAnimationFrame(step);
      };
      requestAnimationFrame(step);
      return () => {
        running = false;
        tasks += observer.takeRecords().length;
        observer.disconnect();
        return { count, longest, late: over, longTasks: tasks };
      };
    },
    async heard() {
      for (;;) {
        for (const connection of connections) {
          for (const report of (await connection.getStats()).values()) {
            const { type, kind, packetsReceived } = report as RTCInboundRtpStreamStats;
            if (type === 'inbound-rtp' && kind === 'audio' && (packetsReceived ?? 0) > 0)
              return performance.now();
          }
        }
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    async picture() {
      let best: Picture = { width: 0, height: 0, frames: 0, codec: '', at: performance.now() };
      for (const connection of connections) {
        const reports = await connection.getStats();
        for (const report of reports.values()) {
          const { type, kind, codecId = '', ...picture } = report as RTCInboundRtpStreamStats;
          if (type !== 'inbound-rtp' || kind !== 'video') continue;
          const { frameWidth: width = 0, frameHeight: height = 0, framesDecoded: frames = 0 } = picture;
          const { mimeType = '' } = (reports.get(codecId) ?? {}) as { mimeType?: string };
          const codec = mimeType.slice('video/'.length);
          if (width >= best.width) best = { width, height, frames, codec, at: performance.now() };
        }
      }
      return best;
    },
    forgetCalls() {
      connections.length = 0;
      linked = NaN;
    },
  };
  globalThis.probe = probe;
  const act = (): void => {
    probe.acted = performance.now();
  };
  addEventListener('click', act, { capture: true });
  addEventListener('keydown', ({ key }) => key === 'Enter' && act(), { capture: true });
}
