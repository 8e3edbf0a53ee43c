import type { Sharing } from '../../model/calls/sharing.svelte.ts';
import type { MenuItem } from '../parts/menu-item.ts';

/** True where the browser can share at all: those of telephones cannot. */
export function canShare(): boolean {
  const devices: Partial<MediaDevices> | undefined = navigator.mediaDevices;
  return typeof devices?.getDisplayMedia === 'function';
}

/** The menu behind the chevron of Share: what must stay good when the line is thin. */
export function shareItems(sharing: Sharing): readonly MenuItem[] {
  return [
    { is: 'title', label: 'What matters most' },
    {
      is: 'tick',
      label: 'Sharp text and drawings',
      checked: sharing.kind === 'text',
      run: () => sharing.choose('text'),
    },
    {
      is: 'tick',
      label: 'Smooth movement, as in films',
      checked: sharing.kind === 'motion',
      run: () => sharing.choose('motion'),
    },
  ];
}
