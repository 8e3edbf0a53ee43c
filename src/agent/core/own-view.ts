/** One's own presence over all devices: what the server says of the others, and what this one knows of itself. */
import type { ShownLevel } from '../../protocol/access-levels.ts';
import type { Presence } from '../../protocol/availability.ts';
import { type Choices, newestChoices } from '../../protocol/choices.ts';
import { foldAvailability } from '../../protocol/fold-availability.ts';
import type { Pidf } from '../../protocol/pidf.ts';
import { tupleIdOf } from '../../protocol/published-document.ts';

/** What others of the person's devices, their calendar and their hard state say; this device is left out. */
export function withoutDevice(whole: Pidf, instanceId: string): Pidf {
  const id = tupleIdOf(instanceId);
  const isOther = (one: { readonly id: string }): boolean => !one.id.includes(id);
  return {
    ...whole,
    tuples: whole.tuples.filter(isOther),
    persons: whole.persons.filter(isOther),
    devices: whole.devices.filter(isOther),
  };
}

/** What was chosen on any device. */
export function choicesIn({ persons }: Pidf, now: number): Choices {
  return newestChoices(
    persons.flatMap((one) => one.choices ?? []),
    now,
  );
}

/** What a watcher of that level is shown. Who appears offline is, whatever the calendar or another device knows. */
export function ownView(
  device: Pidf,
  others: Pidf | null,
  hidden: boolean,
  level: ShownLevel,
  now: number,
): Presence {
  const documents = hidden || others === null ? [device] : [device, others];
  return foldAvailability(documents, now, { level });
}
