/** How long an offer or answer waits for ICE candidates, milliseconds: host candidates take about 125, the rest may not hold up a call. */
export const GATHERING_LIMIT = 300;

/**
 * Settles when gathering is complete or the limit has passed, whichever is first: true when complete. The description
 * then leaves with the candidates it has; the far end learns the others from our connectivity checks (RFC 8445 §7.3.1.3).
 */
export function gathered(connection: RTCPeerConnection, limit = GATHERING_LIMIT): Promise<boolean> {
  if (connection.iceGatheringState === 'complete') return Promise.resolve(true);
  return new Promise((resolve) => {
    const done = (): void => {
      if (connection.iceGatheringState !== 'complete') return;
      finish(true);
    };
    const timer = setTimeout(() => finish(false), limit);
    const finish = (complete: boolean): void => {
      clearTimeout(timer);
      connection.removeEventListener('icegatheringstatechange', done);
      resolve(complete);
    };
    connection.addEventListener('icegatheringstatechange', done);
  });
}
