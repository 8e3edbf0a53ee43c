/** Offers as an end without a screen takes them: the words of one medium decide, nothing is written anew. */

/**
 * The offer with everything but its sound switched off, so that the answer declines to take part in it
 * (RFC 3264 §6.1); null when it has no sound, or is no session description.
 */
export function soundOnly(offer: string): string | null {
  const [session = '', ...media] = offer.split(/^(?=m=)/m);
  if (!session.startsWith('v=0') || !media.some(isLiveSound)) return null;
  let hasSound = false;
  const kept = media.map((section) => {
    const isFirst = !hasSound && isLiveSound(section);
    hasSound ||= isFirst;
    return isFirst || !/^m=(?:audio|video) /.test(section) ? section : switchedOff(section);
  });
  return [session, ...kept].join('');
}

function isLiveSound(section: string): boolean {
  return /^m=audio (?!0[ /])\d/.test(section);
}

function switchedOff(section: string): string {
  return `${section.replace(/^a=(?:sendrecv|sendonly|recvonly|inactive)\r?\n/gm, '')}a=inactive\r\n`;
}

/** The payload type of Opus in the first sound that is on (RFC 7587 §7); null when it is not offered. */
export function opusIn(offer: string): number | null {
  const section = offer.split(/^(?=m=)/m).find(isLiveSound) ?? '';
  const type = /^a=rtpmap:(\d{1,3}) opus\/48000/im.exec(section)?.[1];
  return type === undefined || Number(type) > 127 ? null : Number(type);
}

/** The offer with Opus and telephone tones as the only ways to send its sound. */
export function opusOnly(offer: string): string {
  return offer
    .split(/^(?=m=)/m)
    .map((section) => (isLiveSound(section) ? withOpus(section) : section))
    .join('');
}

function withOpus(section: string): string {
  const kept = new Set<string>();
  for (const [, type = ''] of section.matchAll(/^a=rtpmap:(\d+) (?:opus|telephone-event)\//gim))
    kept.add(type);
  return section
    .replace(
      /^(m=audio \S+ \S+)(.*?)(\r?)$/m,
      (_line, head: string, types: string, end: string) =>
        [
          head,
          ...types
            .trim()
            .split(/\s+/)
            .filter((type) => kept.has(type)),
        ].join(' ') + end,
    )
    .replace(/^a=(?:rtpmap|fmtp|rtcp-fb):(\d+) .*\r?\n/gm, (line, type: string) =>
      kept.has(type) ? line : '',
    );
}
