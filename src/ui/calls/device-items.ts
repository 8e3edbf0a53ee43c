import type { DeviceChoices, DeviceKind } from '../../model/calls/devices.svelte.ts';
import type { MenuItem } from '../parts/menu-item.ts';

const TITLES: Readonly<Record<DeviceKind, string>> = {
  microphone: 'Microphone',
  speaker: 'Speaker',
  camera: 'Camera',
  ringer: 'Ring on',
};

/** The menu behind a chevron: what is plugged in, the one in use ticked. */
export function deviceItems(devices: DeviceChoices, kinds: readonly DeviceKind[]): readonly MenuItem[] {
  return kinds.flatMap((kind, at): MenuItem[] => {
    const chosen = devices.chosen(kind);
    const own: MenuItem = {
      is: 'tick',
      label: 'Whatever the system uses',
      checked: chosen === null,
      run: () => devices.choose(kind, null),
    };
    const here = devices.list(kind).map((device): MenuItem => ({
      is: 'tick',
      label: device.label,
      checked: device.id === chosen,
      run: () => devices.choose(kind, device.id),
    }));
    const line: MenuItem[] = at === 0 ? [] : [{ is: 'line' }];
    return [...line, { is: 'title', label: TITLES[kind] }, own, ...here];
  });
}
