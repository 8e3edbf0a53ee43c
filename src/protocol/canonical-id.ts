/** How people and their domains are told apart; apart from the rules, whose reader brings XML along. */
import { aorOf } from './sip-uri.ts';

/** Rules name people in any spelling of a SIP URI, or as `pres:`, or not as a URI at all. */
export function canonicalId(id: string): string {
  return aorOf(id.replace(/^(pres|im|sips):/i, 'sip:')) ?? id.toLowerCase();
}

/** The part behind the last `@`. */
export function domainOf(aor: string): string {
  return aor.slice(aor.lastIndexOf('@') + 1);
}
