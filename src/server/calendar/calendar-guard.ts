/**
 * Where a calendar may be read. Addresses come from people: without this check anybody with an account could make the
 * server look into its own network (SSRF). What stands inside has to be listed by an administrator.
 */
import type { LookupFunction } from 'node:net';

import { guardedLookup, isPrivateAddress } from '../push/endpoint-guard.ts';
import type { GuardRules } from './contract.ts';

/** A URL that may be asked, and how its name is looked up; or a sentence why not. */
export type GuardedUrl =
  | { readonly ok: true; readonly url: URL; readonly lookup: LookupFunction | undefined }
  | { readonly ok: false; readonly why: string };

const LONGEST = 2_000;

/** `secret`: a password goes along. Never throws. */
export function guardCalendarUrl(address: string, { insideHosts }: GuardRules, secret: boolean): GuardedUrl {
  const url = address.length > LONGEST ? null : URL.parse(address.trim().replace(/^webcals?:/i, 'https:'));
  if (url === null) return refused('That is no web address. It begins with https://.');
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return refused('A calendar’s address begins with https:// or http://.');
  if (url.username !== '' || url.password !== '')
    return refused('Leave the name and the password out of the address.');
  const isInside = insideHosts.some((one) => one === url.host || one === url.hostname);
  if (isInside) return { ok: true, url, lookup: undefined };
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isPrivateAddress(host) || (!host.includes('.') && !host.includes(':')))
    return refused(
      'That address is inside the server’s own network. An administrator can allow it (PARLEY_CALENDAR_HOSTS).',
    );
  if (secret && url.protocol !== 'https:')
    return refused('A password is only sent to an address that begins with https://.');
  if (!['', '80', '443', '8080', '8443', '5232'].includes(url.port))
    return refused('That port is not one calendars are found at.');
  return { ok: true, url, lookup: guardedLookup({ allowLoopback: false }) };
}

function refused(why: string): GuardedUrl {
  return { ok: false, why };
}
