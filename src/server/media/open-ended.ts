/**
 * The description without `a=end-of-candidates`. libdatachannel takes the candidates only after the rest: told that none
 * will come, its ICE agent may fail before it has seen the first, and the call would have no media.
 */
export function openEnded(sdp: string): string {
  return sdp.replace(/^a=end-of-candidates\r?\n/gm, '');
}
