/** The global tree (RFC 4825 §6.1): for every account to read, written by nobody over the wire. */
import { CUSTOM_STATES, CUSTOM_STATES_TYPE } from '../../protocol/custom-states.ts';
import { LEVELS_EXTENSION, XCAP_CAPS_TYPE, encodeXcapCaps } from '../../protocol/xcap-caps.ts';
import { type DocumentName, type Documents, type StoredDocument, tagOf } from './documents.ts';
import { USAGES } from './usages.ts';

export interface GlobalDocument extends StoredDocument {
  readonly contentType: string;
}

/** Where the organisation's states are kept (features.md P27); `npm run admin states` writes them. */
export const CUSTOM_STATES_NAME: DocumentName = {
  auid: CUSTOM_STATES.auid,
  owner: '',
  path: CUSTOM_STATES.name,
};

/** What this server can do (RFC 4825 §12). */
const CAPS_BODY = encodeXcapCaps({
  auids: [...USAGES.keys()],
  extensions: [LEVELS_EXTENSION],
  namespaces: [...new Set([...USAGES.values()].map(({ namespace }) => namespace))],
});
const CAPS: GlobalDocument = { contentType: XCAP_CAPS_TYPE, body: CAPS_BODY, etag: tagOf(CAPS_BODY) };

/** `null`: there is no such document. */
export function globalDocument(documents: Documents, { auid, path }: DocumentName): GlobalDocument | null {
  if (auid === 'xcap-caps' && path === 'index') return CAPS;
  if (auid !== CUSTOM_STATES_NAME.auid || path !== CUSTOM_STATES_NAME.path) return null;
  const stored = documents.read(CUSTOM_STATES_NAME);
  return stored === null ? null : { ...stored, contentType: CUSTOM_STATES_TYPE };
}
