/** Buttons of a headset that the browser hands on by itself (W3C Media Session §6), and mute told back. */
export interface HeadsetCall {
  readonly isMuted: boolean;
  readonly hasCamera: boolean;
  setMuted(on: boolean): void;
  setCamera(on: boolean): unknown;
  hangUp(): unknown;
}

export type HeadsetSession = Pick<MediaSession, 'setActionHandler'> & {
  setMicrophoneActive?(active: boolean): unknown;
  setCameraActive?(active: boolean): unknown;
};

/** Serves the buttons of a call for as long as it is up; the function returned lets go of them. */
export function serveMediaSession(session: HeadsetSession | undefined, call: HeadsetCall): () => void {
  if (!session) return () => undefined;
  const handlers: Readonly<Record<string, () => void>> = {
    hangup: () => void call.hangUp(),
    togglemicrophone: () => call.setMuted(!call.isMuted),
    togglecamera: () => void call.setCamera(!call.hasCamera),
  };
  for (const [action, handler] of Object.entries(handlers)) set(session, action, handler);
  return () => {
    for (const action of Object.keys(handlers)) set(session, action, null);
  };
}

/** The browser's own mark, and through it the headset, shows what Parley shows. */
export async function mirrorState(
  session: HeadsetSession | undefined,
  call: Pick<HeadsetCall, 'isMuted' | 'hasCamera'>,
): Promise<void> {
  try {
    await session?.setMicrophoneActive?.(!call.isMuted);
    await session?.setCameraActive?.(call.hasCamera);
  } catch {
    // Browsers refuse it for a page that captures nothing; then there is nothing to mirror.
  }
}

function set(session: HeadsetSession, action: string, handler: (() => void) | null): void {
  try {
    session.setActionHandler(action as MediaSessionAction, handler);
  } catch {
    // This browser does not know the action (TypeError, §4.3).
  }
}
