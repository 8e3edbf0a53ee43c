import type { Aor } from '../agent/contract.ts';

export const settingsSections = [
  'status',
  'calls',
  'privacy',
  'calendar',
  'notifications',
  'history',
  'devices',
  'appearance',
  'pages',
  'account',
] as const;
export type SettingsSection = (typeof settingsSections)[number];

/** Every place that has an address. */
export type Route =
  | { readonly at: 'contacts' }
  | { readonly at: 'chats' }
  | { readonly at: 'chat'; readonly aor: Aor }
  | { readonly at: 'card'; readonly aor: Aor }
  | { readonly at: 'calls' }
  | { readonly at: 'settings'; readonly section: SettingsSection | null }
  | { readonly at: 'doctor' }
  | { readonly at: 'saved' }
  | { readonly at: 'help' };

/** The path of a place. The address keeps its `:` and `@` so that it can be read. */
export function hrefOf(route: Route): string {
  switch (route.at) {
    case 'contacts':
      return '/';
    case 'chat':
    case 'card':
      return `/${route.at}/${encodeURIComponent(route.aor).replaceAll('%3A', ':').replaceAll('%40', '@')}`;
    case 'settings':
      return route.section ? `/settings/${route.section}` : '/settings';
    default:
      return `/${route.at}`;
  }
}

/** The place that a link of another page means: `sip:` and `im:` (RFC 3860) the conversation, `tel:` the card. */
export function routeOfLink(link: string): Route {
  const [, scheme = '', rest = ''] = /^(sips?|im|tel):([^?;#]+)/i.exec(link.trim()) ?? [];
  const address = decode(rest);
  if (address === '' || address.length > 256) return { at: 'contacts' };
  if (/^tel$/i.test(scheme) || !address.includes('@'))
    return /^\+?[\d().\s-]+$/.test(address)
      ? { at: 'card', aor: asAor(`tel:${address}`) }
      : { at: 'contacts' };
  return /^[^\s<>"@]+@[\w.:[\]-]+$/.test(address) ? { at: 'chat', aor: asAor(address) } : { at: 'contacts' };
}

/** The place of a path; what nobody knows leads to the contacts. */
export function routeOf(path: string): Route {
  const [, first = '', second = ''] = path.split('/');
  const rest = decode(second);
  switch (first) {
    case 'chats':
    case 'calls':
    case 'doctor':
    case 'saved':
    case 'help':
      return { at: first };
    case 'chat':
    case 'card':
      return rest ? { at: first, aor: asAor(rest) } : { at: 'contacts' };
    // A link of another page shows whom to call; that it rings is for the person to press.
    case 'call':
      return rest ? { at: 'card', aor: asAor(rest) } : { at: 'contacts' };
    case 'link':
      return routeOfLink(rest);
    case 'settings':
      return { at: 'settings', section: settingsSections.find((section) => section === rest) ?? null };
    default:
      return { at: 'contacts' };
  }
}

/** People link with or without the scheme; the host of an address has no case (RFC 3261 §19.1.4). A number stays one, and so does a
 * group without an address of its own. */
export function asAor(text: string): Aor {
  if (/^urn:uuid:/i.test(text)) return text.toLowerCase();
  if (/^tel:/i.test(text)) return `tel:${text.slice(4)}`;
  const bare = text.replace(/^sips?:/i, '');
  const at = bare.lastIndexOf('@');
  return at < 0 ? `sip:${bare}` : `sip:${bare.slice(0, at)}@${bare.slice(at + 1).toLowerCase()}`;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}
