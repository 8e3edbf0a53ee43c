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
