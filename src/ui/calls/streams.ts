/** Attachments that give a media element its stream. The browser decodes sound only where an element plays it. */
import type { Attachment } from 'svelte/attachments';

/** Shows a picture without its sound. */
export function shows(stream: MediaStream | null): Attachment<HTMLVideoElement> {
  return (element) => {
    element.srcObject = stream;
    // Paused by a hidden window or a missing gesture: a muted picture may always start.
    if (stream) void element.play().catch(() => undefined);
    return () => {
      element.srcObject = null;
    };
  };
}

/** Plays sound on a speaker; `blocked` hears whether the browser wants a press first. */
export function plays(
  stream: MediaStream | null,
  speaker: string | null,
  blocked: (held: boolean) => void,
): Attachment<HTMLAudioElement> {
  return (element) => {
    element.srcObject = stream;
    let over = false;
    let held = false;
    const tell = (now: boolean): void => {
      if (over || now === held) return;
      held = now;
      blocked(now);
    };
    const start = (): void => {
      void element.play().then(
        () => tell(false),
        (error: unknown) => {
          // Any other error is a stream that ended before it could start.
          if (!(error instanceof DOMException) || error.name !== 'NotAllowedError') return;
          tell(true);
          document.addEventListener('pointerdown', start, { once: true });
        },
      );
    };
    if (stream) start();
    // A speaker that is gone leaves the sound on the system's own.
    if ('setSinkId' in element) void element.setSinkId(speaker ?? '').catch(() => undefined);
    return () => {
      over = true;
      document.removeEventListener('pointerdown', start);
      element.srcObject = null;
    };
  };
}
