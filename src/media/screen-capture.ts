import type { Taken } from './capture.ts';

/** What the picture must be good at: letters and lines that stay sharp, or movement that stays smooth. */
export type ScreenKind = 'text' | 'motion';

/** What the person chose in the browser's own dialog; null where the browser does not say. */
export type Surface = 'monitor' | 'window' | 'browser';

export interface CapturedScreen {
  readonly track: MediaStreamTrack;
  readonly surface: Surface | null;
  /** Scrolls and zooms a shared tab, where the browser can; null elsewhere. */
  readonly tab: CapturedTab | null;
}

/**
 * Control of a captured tab (W3C Captured Surface Control). Scrolling asks the person once. Not in TypeScript's
 * declarations yet.
 */
export interface CapturedTab {
  /** Wheel movements over the element scroll the tab; null: no longer. */
  forwardWheel(element: HTMLElement | null): Promise<void>;
  increaseZoomLevel(): Promise<void>;
  decreaseZoomLevel(): Promise<void>;
}

/** The part of `navigator.mediaDevices` used here, so that tests can refuse. */
export type DisplaySource = Partial<Pick<MediaDevices, 'getDisplayMedia'>>;

/**
 * Lets the person choose a screen, a window or a tab. Must be called from a press. What was refused is a sentence;
 * whoever only closes the dialog has changed their mind and is told nothing: `why` is empty.
 */
export async function captureScreen(
  kind: ScreenKind,
  source: DisplaySource | undefined = navigator.mediaDevices,
): Promise<Taken<CapturedScreen>> {
  if (!source?.getDisplayMedia) return { ok: false, why: 'This browser cannot share a screen.' };
  const controller = newController();
  const started = performance.now();
  try {
    const stream = await source.getDisplayMedia({
      // More than full HD is more than most lines and processors carry; the browser makes it smaller, never blurred twice.
      video: { width: { max: 1920 }, height: { max: 1200 }, frameRate: { ideal: 30, max: 30 } },
      audio: false,
      surfaceSwitching: 'include',
      selfBrowserSurface: 'include',
      ...(controller && { controller }),
    } as DisplayMediaStreamOptions);
    const [track] = stream.getVideoTracks();
    if (!track)
      return { ok: false, why: 'The browser gave no picture of what you chose. Choose something else.' };
    // Tells the encoder what matters (W3C mst-content-hint).
    track.contentHint = kind;
    const surface = surfaceOf(track);
    const tab = surface === 'browser' && controller && 'forwardWheel' in controller ? controller : null;
    return { ok: true, value: { track, surface, tab: tab as CapturedTab | null } };
  } catch (error) {
    return { ok: false, why: refusal(error, performance.now() - started) };
  }
}

/** Faster than any person: the system or an administrator refused, nobody closed a dialog. Milliseconds. */
const BY_HAND = 400;

/** The sentence for what W3C Screen Capture §5.1 lets fail. */
function refusal(error: unknown, took: number): string {
  const name = error instanceof Error ? error.name : '';
  switch (name) {
    case 'NotAllowedError':
      return took > BY_HAND
        ? ''
        : 'Sharing is blocked. Allow screen recording for this browser in the system’s settings, or ask your administrator.';
    case 'InvalidStateError':
      return 'The browser wants a press first: choose Share again.';
    case 'NotFoundError':
      return 'There is no screen or window to share.';
    case 'NotReadableError':
    case 'AbortError':
      return 'The system does not let this be shared. Choose another window, or the whole screen.';
    default:
      return 'Sharing could not be started. Try again.';
  }
}

function surfaceOf(track: MediaStreamTrack): Surface | null {
  const { displaySurface } = track.getSettings();
  return displaySurface === 'monitor' || displaySurface === 'window' || displaySurface === 'browser'
    ? displaySurface
    : null;
}

/** The call stays in front: whoever shares a tab wants to go on talking here first. */
function newController(): object | null {
  const Controller: unknown = Reflect.get(globalThis, 'CaptureController');
  if (typeof Controller !== 'function') return null;
  const controller = Reflect.construct(Controller, []) as { setFocusBehavior?(how: string): void };
  try {
    controller.setFocusBehavior?.('no-focus-change');
  } catch {
    // Only a wish.
  }
  return controller;
}
