/** The ways to reach somebody, the likeliest first, by what is known of them now. */
import type { Contact } from './contact.svelte.ts';

export type WayKind = 'message' | 'call' | 'video' | 'mail';
export interface Way {
  readonly kind: WayKind;
  /** Why it cannot be taken now; null when it can. */
  readonly why: string | null;
}

type Seen = Pick<Contact, 'shape' | 'device' | 'isBlocked' | 'isNumber' | 'firstName'> & {
  readonly person: Pick<Contact['person'], 'email'>;
};

const QUIET: ReadonlySet<Contact['shape']> = new Set(['dnd', 'offline', 'oof', 'unknown']);

/** `whyNoCall`: what keeps this window from calling anybody; null when nothing does. */
export function waysTo(contact: Seen, whyNoCall: string | null): readonly Way[] {
  if (contact.isNumber) return [];
  const blocked = contact.isBlocked ? `Unblock ${contact.firstName} first.` : null;
  const way = (kind: WayKind): Way => ({
    kind,
    why: kind === 'mail' ? null : (blocked ?? (kind === 'message' ? null : whyNoCall)),
  });
  return order(contact)
    .filter((kind) => kind !== 'mail' || contact.person.email !== undefined)
    .map(way);
}

function order({ device, shape, isBlocked }: Seen): readonly WayKind[] {
  if (isBlocked) return ['mail', 'message', 'call', 'video'];
  // A desk phone takes no message, and nobody reads mail there.
  if (device === 'phone') return ['call', 'message', 'mail'];
  // Away for days: a mail is answered by somebody, a message waits.
  if (shape === 'oof') return ['mail', 'message', 'call', 'video'];
  return QUIET.has(shape) ? ['message', 'mail', 'call', 'video'] : ['message', 'call', 'video', 'mail'];
}
