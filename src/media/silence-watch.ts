/** How often it is looked, milliseconds. */
const LOOK = 100;
/** Nothing came for so long, milliseconds. Opus sends every 400 also while nobody speaks (DTX). */
const SILENT = 600;

/**
 * Notices that sound has stopped to come: after 0.6 s, where ICE says so after 2.5 s or more (measured). Told once, and again
 * only when something has come between. Somebody on hold is silent, too: it is a suspicion and no proof.
 */
export class SilenceWatch {
  readonly #timer: ReturnType<typeof setInterval>;
  #last = 0;
  #changedAt = performance.now();
  #isTold = true;

  constructor(connection: Pick<RTCPeerConnection, 'getReceivers'>, silent: () => void) {
    this.#timer = setInterval(() => {
      const now = performance.now();
      const last = lastSound(connection);
      if (last !== this.#last) {
        [this.#last, this.#changedAt, this.#isTold] = [last, now, false];
      } else if (!this.#isTold && now - this.#changedAt >= SILENT) {
        this.#isTold = true;
        silent();
      }
    }, LOOK);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

/** When the last packet of sound was played; 0 before the first. Costs no statistics. */
function lastSound(connection: Pick<RTCPeerConnection, 'getReceivers'>): number {
  const sources = connection
    .getReceivers()
    .filter(({ track }) => track.kind === 'audio')
    .flatMap((receiver) => receiver.getSynchronizationSources());
  return sources.reduce((latest, { timestamp }) => Math.max(latest, timestamp), 0);
}
