/**
 * What a session description says beyond what a browser writes and keeps: what a picture shows (RFC 4796) and how we
 * would like to be spoken to (RFC 7587). Read from and written into the text that travels; the browser never sees it.
 */

/** The media sections, each from its `m=` on, with what precedes the first. */
function split(sdp: string): { readonly head: string; readonly sections: readonly string[] } {
  const [head = '', ...sections] = sdp.split(/^(?=m=)/m);
  return { head, sections };
}

/** `a=mid` of each media section in order (RFC 5888 §4); null where there is none. */
export function midsOf(sdp: string): readonly (string | null)[] {
  return split(sdp).sections.map((section) => /^a=mid:(\S+)/m.exec(section)?.[1] ?? null);
}

/** Which media sections, counted from 0, show slides: a screen or a document (RFC 4796 §4). */
export function slidesIn(sdp: string): readonly number[] {
  return split(sdp).sections.flatMap((section, at) => (showsSlides(section) ? [at] : []));
}

function showsSlides(section: string): boolean {
  const content = /^a=content:([^\r\n]*)/m.exec(section)?.[1] ?? '';
  return section.startsWith('m=video') && content.split(',').some((each) => each.trim() === 'slides');
}

/** Says of the section with that mid that it shows slides. Without such a section, nothing changes. */
export function withSlides(sdp: string, mid: string): string {
  const { head, sections } = split(sdp);
  const marked = sections.map((section) => {
    const isIt = section.split(/\r?\n/).includes(`a=mid:${mid}`) && !showsSlides(section);
    return isIt ? `${section.trimEnd()}\r\na=content:slides\r\n` : section;
  });
  return head + marked.join('');
}

/**
 * Asks for Opus that mends losses and is silent in silence (RFC 7587 §6.1): an encoder does what the other end's
 * description asks for.
 */
export function withOpusWishes(sdp: string): string {
  const { head, sections } = split(sdp);
  return head + sections.map(wishes).join('');
}

function wishes(section: string): string {
  const payload = /^a=rtpmap:(\d+) opus\//im.exec(section)?.[1];
  if (payload === undefined || !section.startsWith('m=audio')) return section;
  const line = new RegExp(`^a=fmtp:${payload} ([^\\r\\n]*)`, 'm');
  const known = line.exec(section)?.[1];
  if (known === undefined) {
    return section.replace(
      new RegExp(`^a=rtpmap:${payload} [^\\r\\n]*`, 'm'),
      (map) => `${map}\r\na=fmtp:${payload} useinbandfec=1;usedtx=1`,
    );
  }
  const others = known.split(';').filter((each) => !/^\s*(useinbandfec|usedtx)\s*=/.test(each));
  return section.replace(line, `a=fmtp:${payload} ${[...others, 'useinbandfec=1', 'usedtx=1'].join(';')}`);
}

/** True when the description offers to send us a picture of themselves on a line that is not rejected (port 0). */
export function offersPicture(sdp: string): boolean {
  return split(sdp).sections.some((section) => {
    if (!/^m=video [1-9]/.test(section) || showsSlides(section)) return false;
    const way = /^a=(sendrecv|sendonly|recvonly|inactive)\s*$/m.exec(section)?.[1];
    return way === undefined || way === 'sendrecv' || way === 'sendonly';
  });
}

/** Streams a browser can open (Chromium's limit; RFC 8832 would go to 65,534). */
const MOST_STREAMS = 1023;

/** The stream of the data channel that speaks `protocol` (RFC 8864 §5.1); null when the description has none. */
export function channelIn(sdp: string, protocol: string): number | null {
  for (const section of split(sdp).sections) {
    if (!/^m=application [1-9]/.test(section)) continue;
    for (const [, stream, options = ''] of section.matchAll(/^a=dcmap:(\d{1,5}) ([^\r\n]*)/gm)) {
      if (options.includes(`subprotocol="${protocol}"`) && Number(stream) <= MOST_STREAMS)
        return Number(stream);
    }
  }
  return null;
}

/** Names the data channel in the line of data channels; without such a line nothing changes. */
export function withChannel(sdp: string, stream: number, protocol: string): string {
  const { head, sections } = split(sdp);
  const named = sections.map((section) =>
    /^m=application [1-9]/.test(section)
      ? `${section.trimEnd()}\r\na=dcmap:${stream} subprotocol="${protocol}";label="${protocol}"\r\n`
      : section,
  );
  return head + named.join('');
}
