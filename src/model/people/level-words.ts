/** The words for access levels (features.md A01 to A05; the table in protocol/access-levels.ts is what they promise). */
import type { Newcomers, ShownLevel } from '../../protocol/access-levels.ts';
import type { Level } from './contact.svelte.ts';

export type { Newcomers };

export const levelNames: Readonly<Record<Level, string>> = {
  personal: 'Personal',
  team: 'Team',
  company: 'Company',
  public: 'Public',
  blocked: 'Blocked',
};

/** One line on what somebody of that level gets. */
export const levelLines: Readonly<Record<Level, string>> = {
  personal: 'Everything you publish, home number included',
  team: 'Work and mobile, full schedule. Can interrupt Do not disturb',
  company: 'Work number, basic schedule and availability',
  public: 'Name, title, email, limited availability',
  blocked: 'Can’t reach you. You always look offline',
};

/** Who may see a place: that level and the more trusted ones. */
export const audiences: readonly { readonly level: ShownLevel; readonly words: string }[] = [
  { level: 'personal', words: 'Personal only' },
  { level: 'team', words: 'Personal and Team' },
  { level: 'company', words: 'Personal, Team and Company' },
];
