/** States an organisation defines (features.md P27): one global XCAP document that every client reads. */
import type { Band } from './rpid.ts';

/** `custom-states` lies at `<root>/org.openmobilealliance.user-profile/global/custom-states`. */
export const CUSTOM_STATES = { auid: 'org.openmobilealliance.user-profile', name: 'custom-states' } as const;

/** "In court": `band` decides the badge and what gets through. */
export interface CustomState {
  readonly id: string;
  readonly band: Band;
  /** Words by BCP 47 tag, lower case; `''` is for every other language and always there. */
  readonly words: Readonly<Record<string, string>>;
}
