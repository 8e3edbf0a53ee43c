/** Voice messages, fetched when somebody opens them: few have any. */
import type { Http } from './http.ts';
import type { VoicemailBox, createVoicemailBox } from './voicemail-box.ts';

/** `load`: the part that speaks with the server. */
export function lazyVoicemailBox(
  load: () => Promise<{ readonly createVoicemailBox: typeof createVoicemailBox }>,
  http: Http,
  root: string | null,
): VoicemailBox {
  const box = async (): Promise<VoicemailBox | null> =>
    (await load().catch(() => null))?.createVoicemailBox(http, root) ?? null;
  const AWAY = { ok: false, why: 'The server cannot be reached. Try again when you are connected.' } as const;
  return {
    list: async (change) => (await (await box())?.list(change)) ?? AWAY,
    sound: async (id) => (await (await box())?.sound(id)) ?? AWAY,
  };
}
