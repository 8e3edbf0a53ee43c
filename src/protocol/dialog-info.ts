/** Calls of others (RFC 4235): busy lamps, pick-up, "in a call" for phones that cannot say so themselves. */
import { type Decoded, decoded, refused } from './decoded.ts';
import { NS } from './namespaces.ts';
import {
  type XmlElement,
  attribute,
  childElement,
  childElements,
  childText,
  parseXml,
  textOf,
} from './xml.ts';
import { element, writeXml } from './xml-writer.ts';

export const DIALOG_INFO_TYPE = 'application/dialog-info+xml';

/** `full`: dialogs not named have ended. */
export interface DialogInfo {
  /** Whose calls; '' when the document does not say (the RFC's own example does not): then the subscription's. */
  readonly entity: string;
  readonly version: number;
  readonly full: boolean;
  readonly dialogs: readonly DialogState[];
}

const STATES = ['trying', 'proceeding', 'early', 'confirmed', 'terminated'] as const;

export interface DialogState {
  readonly id: string;
  /** Read in any case: Kamailio writes `Trying`. */
  readonly state: (typeof STATES)[number];
  /** Why it ended: `cancelled`, `rejected`, `replaced`, `local-bye`, `remote-bye`, `error`, `timeout`. */
  readonly event?: string;
  readonly code?: number;
  readonly callId?: string;
  readonly localTag?: string;
  readonly remoteTag?: string;
  readonly direction?: 'initiator' | 'recipient';
  /** Seconds. */
  readonly duration?: number;
  /** The dialog whose place this one takes, as the one who was in that has its tags (RFC 4235 §4.1.2). */
  readonly replaces?: DialogNames;
  readonly local?: DialogParty;
  readonly remote?: DialogParty;
}

/** What names a dialog (RFC 3261 §12). */
export interface DialogNames {
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
}

/** One side; `target` is its Contact. */
export interface DialogParty {
  readonly identity?: string;
  readonly displayName?: string;
  readonly target?: string;
  /** The far end is a conference (RFC 4235 §4.1.6, `+sip.rendering` and others are not read). */
  readonly isFocus?: boolean;
}

/** Decode; dialogs without an id or with a state we do not know are left out. */
export function decodeDialogInfo(text: string): Decoded<DialogInfo> {
  const xml = parseXml(text);
  if (!xml.ok) return xml;
  const root = xml.value;
  if (root.ns !== NS.dialogInfo || root.name !== 'dialog-info') return refused('not a dialog-info document');
  const version = count(attribute(root, 'version'));
  const entity = attribute(root, 'entity') ?? '';
  if (version === undefined) return refused('dialog-info without a version');
  return decoded({
    entity,
    version,
    full: attribute(root, 'state') === 'full',
    dialogs: childElements(root, NS.dialogInfo, 'dialog').flatMap((one) => readDialog(one) ?? []),
  });
}

function readDialog(one: XmlElement): DialogState | undefined {
  const stateElement = childElement(one, NS.dialogInfo, 'state');
  const state = STATES.find((known) => known === textOf(stateElement).toLowerCase());
  const id = attribute(one, 'id') ?? '';
  if (state === undefined || stateElement === undefined || id === '') return undefined;
  const event = attribute(stateElement, 'event') ?? attribute(stateElement, 'reason');
  const code = count(attribute(stateElement, 'code'));
  const callId = attribute(one, 'call-id');
  const localTag = attribute(one, 'local-tag');
  const remoteTag = attribute(one, 'remote-tag');
  const direction = attribute(one, 'direction');
  const duration = count(childText(one, NS.dialogInfo, 'duration'));
  const replaces = readNames(childElement(one, NS.dialogInfo, 'replaces'));
  const local = readParty(childElement(one, NS.dialogInfo, 'local'));
  const remote = readParty(childElement(one, NS.dialogInfo, 'remote'));
  return {
    id,
    state,
    ...(event && { event }),
    ...(code !== undefined && code >= 100 && code <= 699 && { code }),
    ...(callId && { callId }),
    ...(localTag && { localTag }),
    ...(remoteTag && { remoteTag }),
    ...((direction === 'initiator' || direction === 'recipient') && { direction }),
    ...(duration !== undefined && { duration }),
    ...(replaces && { replaces }),
    ...(local && { local }),
    ...(remote && { remote }),
  };
}

function readNames(one: XmlElement | undefined): DialogNames | undefined {
  const callId = one && attribute(one, 'call-id');
  const localTag = one && attribute(one, 'local-tag');
  const remoteTag = one && attribute(one, 'remote-tag');
  return callId && localTag && remoteTag ? { callId, localTag, remoteTag } : undefined;
}

function readParty(one: XmlElement | undefined): DialogParty | undefined {
  if (one === undefined) return undefined;
  const identityElement = childElement(one, NS.dialogInfo, 'identity');
  const identity = textOf(identityElement);
  // The schema says `display-name`, the RFC's examples `display`.
  const displayName =
    identityElement && (attribute(identityElement, 'display-name') ?? attribute(identityElement, 'display'));
  const targetElement = childElement(one, NS.dialogInfo, 'target');
  const target = targetElement && attribute(targetElement, 'uri');
  const params = targetElement ? childElements(targetElement, NS.dialogInfo, 'param') : [];
  const isFocus = params.some((each) => attribute(each, 'pname')?.toLowerCase() === 'isfocus');
  return {
    ...(identity && { identity }),
    ...(displayName && { displayName }),
    ...(target && { target }),
    ...(isFocus && { isFocus }),
  };
}

function count(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}

/** Encode. */
export function encodeDialogInfo({ entity, version, full, dialogs }: DialogInfo): string {
  const attributes = { version: String(version), state: full ? 'full' : 'partial', entity };
  return writeXml(element(NS.dialogInfo, 'dialog-info', attributes, dialogs.map(writeDialog)));
}

function writeDialog(one: DialogState): XmlElement {
  const attributes = {
    id: one.id,
    'call-id': one.callId,
    'local-tag': one.localTag,
    'remote-tag': one.remoteTag,
    direction: one.direction,
  };
  const state = { event: one.event, code: one.code?.toString() };
  const replaces = one.replaces && {
    'call-id': one.replaces.callId,
    'local-tag': one.replaces.localTag,
    'remote-tag': one.replaces.remoteTag,
  };
  return element(NS.dialogInfo, 'dialog', attributes, [
    element(NS.dialogInfo, 'state', state, [one.state]),
    one.duration === undefined ? undefined : element(NS.dialogInfo, 'duration', {}, [String(one.duration)]),
    replaces && element(NS.dialogInfo, 'replaces', replaces),
    one.local && writeParty('local', one.local),
    one.remote && writeParty('remote', one.remote),
  ]);
}

function writeParty(name: string, { identity, displayName, target, isFocus }: DialogParty): XmlElement {
  const focus = element(NS.dialogInfo, 'param', { pname: 'isfocus', pval: 'true' });
  return element(NS.dialogInfo, name, {}, [
    identity ? element(NS.dialogInfo, 'identity', { 'display-name': displayName }, [identity]) : undefined,
    target ? element(NS.dialogInfo, 'target', { uri: target }, [isFocus === true && focus]) : undefined,
  ]);
}
