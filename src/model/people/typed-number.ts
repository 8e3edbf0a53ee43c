/** Whether digits as people write them were typed: "+44 113 496 0147", "6031", "(0113) 496-0147". */
export function looksLikeNumber(text: string): boolean {
  return /^[+(]?[\d\s().\-*#]{3,}$/u.test(text) && /\d{2}/u.test(text);
}

/** The number of the public network that was typed in full, "+441134960147"; null for an extension. */
export function e164Of(text: string): string | null {
  const digits = text.replace(/[\s().-]/gu, '');
  return /^\+[1-9]\d{6,14}$/u.test(digits) ? digits : null;
}
