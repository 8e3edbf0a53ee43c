/** From a push to a notification, and from a press on it to a window or a declined call. */
import { encodeBase64 } from '../protocol/base64.ts';
import { decodePushNotice, type PushNotice } from '../protocol/push-notice.ts';
import { readContacts } from '../store/contacts.ts';
import type { Database } from '../store/database.ts';
import { openStore } from '../store/open.ts';
import { readPerson } from '../store/people.ts';
import { keepPressed } from '../store/pressed.ts';
import { declineCall } from './decline.ts';

/** The action buttons of a call's notification; `actions` is in no DOM library yet. */
interface CallNotificationOptions extends NotificationOptions {
  readonly actions?: readonly { readonly action: string; readonly title: string }[];
  readonly renotify?: boolean;
}

/** What a window that was hidden showed itself (`SystemNotices`): the place to open. */
interface PlaceNotice {
  readonly path: string;
}

/** Shown when the push cannot be read: the browser wants to see a notification for each push. */
const SOMETHING: PushNotice = { kind: 'message', from: '' };

/** Shows who it is, from what this browser keeps; the push itself says only who and what kind. */
export async function onPush(scope: ServiceWorkerGlobalScope, text: string): Promise<void> {
  const notice = decodePushNotice(text) ?? SOMETHING;
  const tag = tagOf(notice);
  if (notice.kind === 'gone') {
    for (const shown of await scope.registration.getNotifications({ tag })) shown.close();
    return;
  }
  const caller = await whoIs(notice.from);
  const intended = notice.intended === undefined ? '' : (await whoIs(notice.intended)).name;
  const options: CallNotificationOptions = {
    tag,
    renotify: true,
    data: notice,
    dir: 'auto',
    badge: '/icon-192.png',
    icon: caller.portrait ?? '/icon-192.png',
    body: bodyOf(notice, caller.line, intended),
    ...(notice.kind === 'call'
      ? {
          requireInteraction: true,
          actions: [
            { action: 'answer', title: 'Answer' },
            { action: 'decline', title: 'Decline' },
          ],
        }
      : {}),
  };
  await scope.registration.showNotification(caller.name, options);
}

/** Answer and a press on the text open or focus a window; Decline needs none. */
export async function onNotificationClick(
  scope: ServiceWorkerGlobalScope,
  { notification, action }: NotificationEvent,
): Promise<void> {
  notification.close();
  const kept = notification.data as PushNotice | PlaceNotice;
  if ('path' in kept) {
    await show(scope, kept.path);
    return;
  }
  const notice = kept;
  const about = notice.group ?? notice.from;
  const place = about ? `/chat/${inPath(about)}` : '/chats';
  if (notice.kind !== 'call' || notice.callId === undefined) return show(scope, place);
  const verb = action === 'decline' ? 'decline' : 'answer';
  if (verb === 'decline' && (await declineCall(scope, notice.callId))) return;
  await keepPressed(verb, notice.callId);
  await show(scope, `${place}?${verb}=${encodeURIComponent(notice.callId)}`);
}

/** An address as one part of a path: `?`, `#` and `/` in it mean nothing there. `:` and `@` stay readable. */
function inPath(aor: string): string {
  return encodeURIComponent(aor).replaceAll('%3A', ':').replaceAll('%40', '@');
}

async function show(scope: ServiceWorkerGlobalScope, path: string): Promise<void> {
  const windows = await scope.clients.matchAll({ type: 'window' });
  const open = windows.find((client) => client.visibilityState === 'visible') ?? windows[0];
  if (!open) {
    await scope.clients.openWindow(path);
    return;
  }
  await open.focus().catch(() => undefined);
  open.postMessage({ parley: 'go', path });
}

function tagOf(notice: PushNotice): string {
  return notice.callId === undefined ? `message ${notice.group ?? notice.from}` : `call ${notice.callId}`;
}

/** `intended`: the name of whom a call was for. */
function bodyOf(notice: PushNotice, line: string, intended: string): string {
  const wrote = notice.group === undefined ? 'wrote to you' : 'wrote in a conversation';
  const calling = intended === '' ? 'is calling you' : `is calling for ${intended}`;
  const what = notice.kind === 'call' ? calling : notice.from ? wrote : 'You have a new message';
  return line ? `${what}\n${line}` : what;
}

interface Caller {
  readonly name: string;
  /** Title and team, or the address of somebody who is not a contact. */
  readonly line: string;
  readonly portrait?: string;
}

/** Name and title from the person's own card or list; a stranger is their address, never a name they chose. */
async function whoIs(aor: string): Promise<Caller> {
  const address = aor.replace(/^sips?:/, '');
  const opened = aor === '' ? null : await openStore();
  if (!opened?.ok) return { name: address || 'Parley', line: '' };
  try {
    return await lookUp(opened.db, aor, address);
  } finally {
    opened.db.close();
  }
}

async function lookUp(db: Database, aor: string, address: string): Promise<Caller> {
  const [card, contacts] = await Promise.all([readPerson(db, aor), readContacts(db)]);
  const person = contacts?.list.entries.find((entry) => entry.aor === aor) ?? card?.person;
  if (!person) return { name: address, line: '' };
  const line = [person.title, person.team].filter(Boolean).join(' · ');
  const portrait = await dataUrl(card?.portrait);
  // Added by address alone: the card knows the name.
  const name = person.name === address ? (card?.person.name ?? address) : person.name;
  return { name, line: line || address, ...(portrait ? { portrait } : {}) };
}

async function dataUrl(portrait: Blob | string | undefined): Promise<string | undefined> {
  if (portrait === undefined || typeof portrait === 'string') return portrait;
  const bytes = new Uint8Array(await portrait.arrayBuffer());
  return `data:${portrait.type};base64,${encodeBase64(bytes)}`;
}
