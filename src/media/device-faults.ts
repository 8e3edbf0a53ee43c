/**
 * Everything that keeps a microphone, a camera or a speaker from working, each with its sentence: what happened, what to
 * do, and what goes on meanwhile. A fault never ends a call (features.md E01): it goes on with what is there.
 */
export type CaptureKind = 'microphone' | 'camera';

export type Fault =
  /** The page came without https: the browser has no devices for it. */
  | 'insecure'
  /** The page that Parley stands in, or the administrator's policy, forbids it. */
  | 'policy'
  | 'blocked'
  /** The browser's question was closed without an answer. */
  | 'dismissed'
  /** The browser's question still stands on screen. */
  | 'waiting'
  /** The browser may, the operating system does not let it. */
  | 'system'
  | 'none'
  | 'busy'
  /** The device was opened and gave nothing. */
  | 'stuck'
  /** There is one, but none that can do what was asked for. */
  | 'unsuitable'
  /** The window was in the background and may not ask. */
  | 'background'
  /** Unplugged while in use, and nothing else is there. */
  | 'lost'
  /** In use but switched off at the device or by the system: it sends silence or black. */
  | 'silenced'
  | 'unknown';

/** What is known besides the error. `permission` is null where the browser does not tell. */
export interface Insight {
  /** False when a permissions policy forbids the kind (W3C Permissions Policy). */
  readonly isAllowedHere: boolean;
  readonly permission: PermissionState | null;
}

/** Names of W3C Media Capture §10.2 and those that older engines used. */
const BY_NAME: Readonly<Record<string, Fault>> = {
  NotFoundError: 'none',
  DevicesNotFoundError: 'none',
  NotReadableError: 'busy',
  TrackStartError: 'busy',
  AbortError: 'stuck',
  TimeoutError: 'stuck',
  OverconstrainedError: 'unsuitable',
  ConstraintNotSatisfiedError: 'unsuitable',
  InvalidStateError: 'background',
};
const REFUSED: ReadonlySet<string> = new Set([
  'NotAllowedError',
  'SecurityError',
  'PermissionDeniedError',
  'PermissionDismissedError',
]);

/** Which fault an error of `getUserMedia` is. Anything can be thrown; what is not known is 'unknown'. */
export function faultOf(error: unknown, insight: Insight): Fault {
  const name = nameOf(error);
  if (!REFUSED.has(name)) return BY_NAME[name] ?? 'unknown';
  if (!insight.isAllowedHere) return 'policy';
  if (name === 'PermissionDismissedError') return 'dismissed';
  // The browser says yes and still refuses: the system's own privacy settings stand in between.
  if (insight.permission === 'granted') return 'system';
  return insight.permission === 'prompt' ? 'dismissed' : 'blocked';
}

/** True for faults that another try without the finer wishes may get over. */
export function mayBeSimpler(error: unknown): boolean {
  const name = nameOf(error);
  return name === 'OverconstrainedError' || name === 'ConstraintNotSatisfiedError' || name === 'TypeError';
}

/** Faults that end by themselves when something is plugged in or set free; the others need the person. */
export const CURED_BY_PLUGGING: ReadonlySet<Fault> = new Set(['none', 'lost', 'busy', 'stuck', 'unsuitable']);

const MEANWHILE: Readonly<Record<CaptureKind, string>> = {
  microphone: 'Until then you can listen but not be heard.',
  camera: 'Until then others hear you but do not see you.',
};

/** The sentences for the person. */
export function faultWords(fault: Fault, kind: CaptureKind): string {
  return `${whatToDo(fault, kind)} ${MEANWHILE[kind]}`;
}

function whatToDo(fault: Fault, kind: CaptureKind): string {
  switch (fault) {
    case 'insecure':
      return `Parley was opened without https, so the browser gives it no ${kind}. Open the address that begins with https.`;
    case 'policy':
      return `The page that Parley is shown in gives it no ${kind}. Open Parley in a tab of its own, or ask your administrator.`;
    case 'blocked':
      return `The browser is blocking your ${kind} for this site. Allow it next to the address, then press Try again.`;
    case 'dismissed':
      return `The browser asked for your ${kind} and got no answer. Press Try again and allow it.`;
    case 'waiting':
      return `The browser is asking whether Parley may use your ${kind}. Answer it next to the address.`;
    case 'system':
      return `This computer does not let the browser use your ${kind}. Allow it in the system’s privacy settings, then press Try again.`;
    case 'none':
      return `No ${kind} was found. Plug one in and it will be used.`;
    case 'busy':
      return `Your ${kind} is in use by another program. Close it there, then press Try again.`;
    case 'stuck':
      return `Your ${kind} did not start. Unplug it and plug it in again, or choose another.`;
    case 'unsuitable':
      return `Your ${kind} cannot do what Parley needs. Choose another.`;
    case 'background':
      return `The browser opens no ${kind} for a window in the background. Come back to this window, then press Try again.`;
    case 'lost':
      return `Your ${kind} was unplugged and there is no other. Plug one in and it will be used.`;
    case 'silenced':
      return kind === 'microphone'
        ? 'Your microphone is switched off at the device or by the system. Switch it on there.'
        : 'Your camera is covered or switched off at the device or by the system. Switch it on there.';
    case 'unknown':
      return `Your ${kind} could not be started. Choose another, or close the browser and open it again.`;
  }
}

/** Why a speaker was not used, from an error of `setSinkId` (Audio Output Devices §3.3.2). The sound goes on elsewhere. */
export function speakerFault(error: unknown): string {
  const meanwhile = 'Until then you hear it where the system plays its sound.';
  switch (nameOf(error)) {
    case 'NotFoundError':
      return `The speaker you chose is not plugged in. Plug it in or choose another. ${meanwhile}`;
    case 'NotAllowedError':
    case 'SecurityError':
      return `The browser does not let Parley use the speaker you chose. Allow the microphone first, then choose it again. ${meanwhile}`;
    default:
      return `The speaker you chose could not be started. Choose another. ${meanwhile}`;
  }
}

function nameOf(error: unknown): string {
  return error instanceof DOMException || error instanceof Error ? error.name : '';
}
