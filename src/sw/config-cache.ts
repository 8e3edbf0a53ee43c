/** `/config.json` from the network while there is one, else as last seen: the app starts offline with what it knew. */
const CACHE = 'parley-config';

/** The first page of a browser was there before the service worker: what it read is fetched once more. */
export async function keepConfig(): Promise<void> {
  await configFirstFromNetwork({ request: new Request('/config.json') }).catch(() => undefined);
}

/** How long a start waits for a network that says nothing, when there is something to start from. Milliseconds. */
const PATIENCE = 400;

export async function configFirstFromNetwork({ request }: { request: Request }): Promise<Response> {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request);
  if (kept && !navigator.onLine) return kept;
  const fresh = fetchAndKeep(cache, request);
  if (!kept) return fresh;
  const late = new Promise<Response>((resolve) => setTimeout(() => resolve(kept), PATIENCE));
  return Promise.race([fresh.catch(() => kept), late]);
}

async function fetchAndKeep(cache: Cache, request: Request): Promise<Response> {
  const answer = await fetch(request);
  // A captive portal answers 200 with a page of its own; that is not to be remembered.
  if (answer.ok && (answer.headers.get('content-type') ?? '').includes('json')) {
    await cache.put(request, answer.clone());
  }
  return answer;
}
