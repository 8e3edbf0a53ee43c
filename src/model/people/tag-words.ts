import type { Availability, Presence } from '../../protocol/availability.ts';

const IS: Readonly<Record<Availability, string>> = {
  ...{ available: 'is available', inactive: 'is available' },
  ...{ busy: 'is busy', 'busy-inactive': 'is busy', dnd: 'is not to be disturbed' },
  ...{ urgent: 'is to be disturbed only when it is urgent', away: 'is away', oof: 'is out of the office' },
  ...{ offline: 'is offline', blocked: 'is blocked', unknown: 'has an unknown state' },
};

/** What to say behind the name of somebody tagged whose state is another one: "is busy (In court)". */
export function tagWords({ availability, custom }: Pick<Presence, 'availability' | 'custom'>): string {
  return custom ? `${IS[availability]} (${custom})` : IS[availability];
}
