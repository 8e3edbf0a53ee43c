/**
 * What a person pressed on the notification of a call: written by the service worker, taken once by the page that it
 * opens or brings to the front. Only script of this origin writes here, so a link from elsewhere that names a call
 * answers nothing. Kept in the Cache, which worker and page share and the agent's database has no part in.
 */
export type Pressed = 'answer' | 'decline';

const CACHE = 'parley-pressed';
/** A call rings no longer than this; after it the press is about nothing. Milliseconds. */
export const PRESSED_LIFE = 60_000;

/** Where a press stands; the address is never asked of the network. */
const placeOf = (verb: Pressed, callId: string): string => `/pressed/${verb}/${encodeURIComponent(callId)}`;

/** Presses that nobody took are forgotten here. */
export async function keepPressed(verb: Pressed, callId: string, now = Date.now()): Promise<void> {
  await caches.delete(CACHE);
  const cache = await caches.open(CACHE);
  await cache.put(placeOf(verb, callId), new Response(String(now)));
}

/** When it was pressed, milliseconds since the epoch; `null`: it was not, is too long ago, or was taken before. */
export async function takePressed(verb: Pressed, callId: string, now = Date.now()): Promise<number | null> {
  // No Cache, no service worker, no notification: an address that is not https.
  if (!('caches' in globalThis)) return null;
  try {
    const cache = await caches.open(CACHE);
    const place = placeOf(verb, callId);
    const kept = await cache.match(place);
    // Of two windows that ask at once one deletes.
    if (!kept || !(await cache.delete(place))) return null;
    const at = Number(await kept.text());
    return now - at >= 0 && now - at < PRESSED_LIFE ? at : null;
  } catch {
    return null;
  }
}
