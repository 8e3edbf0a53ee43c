/**
 * The `dialog` package (RFC 4235) of the own account: each device publishes the calls it is in, and is told of those of
 * the others. It is for the person alone, both ways: whoever knows what names a dialog could take its place (RFC 3891).
 */
import {
  DIALOG_INFO_TYPE,
  type DialogInfo,
  type DialogState,
  decodeDialogInfo,
  encodeDialogInfo,
} from '../../protocol/dialog-info.ts';
import { utf8Length } from '../../protocol/utf8.ts';
import type { Aor, Domain } from '../sip/contract.ts';
import { type EventPackage, topicOf } from './event-package.ts';
import type { Publication } from './event-store.ts';
import type { Publications } from './publications.ts';

export const DIALOG = 'dialog';

/** Calls of one device: nobody holds more. */
const MOST = 16;
/** Octets as we write them: of one document, and of what one NOTIFY brings. */
const MAX_WRITTEN = 16_384;
const MAX_TOLD = 49_152;

/** The package over what was published. */
export function dialogPackage(publications: Publications, domain: Domain): EventPackage {
  return {
    event: DIALOG,
    notifies: [DIALOG_INFO_TYPE],
    publishes: [DIALOG_INFO_TYPE],
    lifetime: { min: 60, usual: 3600, max: 3600 },
    requires: [],
    access: (watcher, resource) => (watcher === resource ? 'allow' : 'forbid'),
    examine({ body }, resource) {
      const read = decodeDialogInfo(body);
      if (!read.ok) return { status: 400, reason: 'Malformed Dialog Document' };
      const { entity, full, dialogs } = read.value;
      if (!full) return { status: 400, reason: 'Not The Full State' };
      if (entity !== '' && domain.aorOf(entity) !== resource)
        return { status: 403, reason: 'Entity Is Somebody Else' };
      return dialogs.length > MOST || utf8Length(encodeDialogInfo(read.value)) > MAX_WRITTEN
        ? { status: 413, reason: 'Dialog Document Too Large' }
        : null;
    },
    topics: (_watcher, resource) => [topicOf(DIALOG, resource)],
    render({ resource, version, known }) {
      const dialogs = dialogsOf(publications, resource);
      const gist = JSON.stringify(dialogs);
      if (gist === known) return null;
      const body = encodeDialogInfo({ entity: resource, version, full: true, dialogs });
      return { content: { contentType: DIALOG_INFO_TYPE, body }, known: gist };
    },
  };
}

/** Those of all devices, the newest document first, each once. */
function dialogsOf(publications: Publications, resource: Aor): readonly DialogState[] {
  const found = new Map<string, DialogState>();
  let left = MAX_TOLD;
  for (const one of publications.of(DIALOG, resource)) {
    const info = read(one.body);
    left -= info === null ? 0 : utf8Length(encodeDialogInfo(info));
    if (left < 0) break;
    for (const dialog of info?.dialogs ?? []) if (!found.has(dialog.id)) found.set(dialog.id, dialog);
  }
  return [...found.values()];
}

/** The document a fresh one of the same device takes the place of: it names one of the same dialogs. */
export function findDialogPredecessor(
  publications: Publications,
  resource: Aor,
  body: string,
): Publication | null {
  const ids = new Set(read(body)?.dialogs.map(({ id }) => id));
  const names = (one: Publication): boolean => read(one.body)?.dialogs.some(({ id }) => ids.has(id)) === true;
  return publications.of(DIALOG, resource).find(names) ?? null;
}

function read(body: string): DialogInfo | null {
  const info = decodeDialogInfo(body);
  return info.ok ? info.value : null;
}
