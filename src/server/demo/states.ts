/** What Larkfield calls being busy: the organisation's states of the demo office (features.md P27). */
import { type CustomState, encodeCustomStates } from '../../protocol/custom-states.ts';
import type { Documents } from '../xcap/documents.ts';
import { CUSTOM_STATES_NAME } from '../xcap/global-tree.ts';

export const DEMO_STATES = {
  'on-site': { id: 'on-site', band: 'available', words: { '': 'On site', de: 'Auf der Baustelle' } },
  'in-court': { id: 'in-court', band: 'busy', words: { '': 'In court', de: 'Vor Gericht' } },
  'drawing-board': {
    id: 'drawing-board',
    band: 'dnd',
    words: { '': 'At the drawing board', de: 'Am Zeichenbrett' },
  },
} as const satisfies Readonly<Record<string, CustomState>>;

/** Puts them where every client reads them. Once. */
export async function seedDemoStates(documents: Documents): Promise<void> {
  const write = encodeCustomStates(Object.values(DEMO_STATES));
  await documents.change(CUSTOM_STATES_NAME, () => ({ edit: { write }, answer: null }));
}
