/** Fields of every answer, whatever it is (reliability.md §5). */
export const ALWAYS: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy':
    'camera=(self), microphone=(self), display-capture=(self), speaker-selection=(self), fullscreen=(self), ' +
    'geolocation=(), payment=(), usb=(), serial=()',
};

/** A year; only said where the connection is known to be TLS. */
export const STRICT_TRANSPORT = 'max-age=31536000';

/** The schemes and hosts that a page may reach besides its own; anything else is not written into a policy. */
const ORIGIN = /^(?:wss?|https?):\/\/[\w.[\]:-]+$/;

/**
 * Content Security Policy of our pages. `host` is the Host of the request, so that the page may reach its own
 * WebSocket: `'self'` covers ws: in new browsers only. `dev` lets Vite's client work. `reach`: origins of SIP and XCAP
 * servers elsewhere.
 */
export function pagePolicy(host: string, dev: boolean, reach: readonly string[] = []): string {
  const own = /^[\w.[\]:-]+$/.test(host) ? ` ws://${host} wss://${host}` : '';
  const elsewhere = reach.filter((origin) => ORIGIN.test(origin)).map((origin) => ` ${origin}`);
  return [
    "default-src 'none'",
    "script-src 'self'",
    dev ? "style-src 'self' 'unsafe-inline'" : "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "media-src 'self' blob:",
    "worker-src 'self'",
    "manifest-src 'self'",
    `connect-src 'self'${own}${elsewhere.join('')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    // Vite's client and the Svelte dev runtime make scripts by means that the types forbid.
    ...(dev ? [] : ["require-trusted-types-for 'script'", 'trusted-types svelte-trusted-html parley']),
  ].join('; ');
}

/** For what others drew: no script, no request, even when opened by itself. */
export const SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
