import type { IconName } from '../parts/icon-name.ts';
import type { ColourName } from './colours.ts';

/** What a writer may do to words. `keys`: as in the keyboard map. */
export type Format = 'bold' | 'italic' | 'underline' | 'strike' | 'bullets' | 'numbers' | 'quote' | 'code';

export interface FormatEntry {
  readonly format: Format;
  readonly label: string;
  readonly icon: IconName;
  readonly keys: string;
}

export const FORMATS: readonly FormatEntry[] = [
  { format: 'bold', label: 'Bold', icon: 'bold', keys: 'Ctrl+B' },
  { format: 'italic', label: 'Italic', icon: 'italic', keys: 'Ctrl+I' },
  { format: 'underline', label: 'Underline', icon: 'underline', keys: 'Ctrl+U' },
  { format: 'strike', label: 'Strike through', icon: 'strikethrough', keys: 'Ctrl+Shift+X' },
  { format: 'bullets', label: 'Bulleted list', icon: 'list', keys: 'Ctrl+Shift+8' },
  { format: 'numbers', label: 'Numbered list', icon: 'list-ordered', keys: 'Ctrl+Shift+7' },
  { format: 'quote', label: 'Quote', icon: 'text-quote', keys: 'Ctrl+Shift+9' },
  { format: 'code', label: 'Code', icon: 'code', keys: 'Ctrl+Shift+E' },
];

/** The keyboard way to a link; Ctrl K is Find or do something. */
export const LINK_KEYS = 'Ctrl+Shift+L';

/** What is on where the caret stands. */
export interface FormatState {
  readonly on: ReadonlySet<Format>;
  readonly colour: ColourName | null;
  readonly link: boolean;
}

export const NO_FORMATS: FormatState = { on: new Set(), colour: null, link: false };

/** The format a key press means, null for any other key. Digits by the key itself: Shift makes another sign of them. */
export function formatOf(event: KeyboardEvent): Format | 'link' | null {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return null;
  const key = /^Digit\d$/.test(event.code) ? event.code.slice(5) : event.key.toUpperCase();
  const keys = `Ctrl+${event.shiftKey ? 'Shift+' : ''}${key}`;
  if (keys === LINK_KEYS) return 'link';
  return FORMATS.find((one) => one.keys === keys)?.format ?? null;
}
