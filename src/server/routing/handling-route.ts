import type { HttpAuthenticator, HttpRoute } from '../http/contract.ts';
import { json } from '../http/status-routes.ts';
import type { Handlings } from './handlings.ts';

/** Where this server can send a call beside people. */
export interface CallPlaces {
  readonly voicemail: boolean;
  /** Telephone numbers, through a gateway. */
  readonly numbers: boolean;
}

/**
 * `GET /api/call-handling`: whose delegate the asker is (features.md CD1), and where calls can go here:
 * `{"managers": [AOR, …], "voicemail": true, "numbers": false}`. The document itself is in XCAP.
 */
export function handlingRoute(
  { managersOf }: Pick<Handlings, 'managersOf'>,
  places: CallPlaces,
  authenticator: HttpAuthenticator,
): HttpRoute {
  return {
    prefix: '/api/call-handling',
    crossOrigin: true,
    async handle(request) {
      const who = await authenticator.authenticate(request);
      if ('answer' in who) return who.answer;
      if (request.method !== 'GET') return { status: 405, headers: { Allow: 'GET' } };
      return json({ managers: [...managersOf(who.aor)].sort(), ...places });
    },
  };
}
