/** XML namespaces of the documents we read and write, and the prefix each gets when we write it. */
export const NS = {
  xml: 'http://www.w3.org/XML/1998/namespace',
  /** RFC 3863 */
  pidf: 'urn:ietf:params:xml:ns:pidf',
  /** RFC 4479 */
  dataModel: 'urn:ietf:params:xml:ns:pidf:data-model',
  /** RFC 4480 */
  rpid: 'urn:ietf:params:xml:ns:pidf:rpid',
  /** RFC 4481 */
  timed: 'urn:ietf:params:xml:ns:pidf:timed-status',
  /** RFC 4482 */
  cipid: 'urn:ietf:params:xml:ns:pidf:cipid',
  /** RFC 5196 */
  caps: 'urn:ietf:params:xml:ns:pidf:caps',
  /** RFC 5262 */
  pidfDiff: 'urn:ietf:params:xml:ns:pidf-diff',
  /** RFC 4589 */
  locationType: 'urn:ietf:params:xml:ns:location-type',
  /** RFC 4826 */
  resourceLists: 'urn:ietf:params:xml:ns:resource-lists',
  rlsServices: 'urn:ietf:params:xml:ns:rls-services',
  /** RFC 4662 */
  rlmi: 'urn:ietf:params:xml:ns:rlmi',
  /** RFC 5364 */
  copyControl: 'urn:ietf:params:xml:ns:copycontrol',
  /** RFC 4575 */
  conferenceInfo: 'urn:ietf:params:xml:ns:conference-info',
  /** RFC 4745 */
  commonPolicy: 'urn:ietf:params:xml:ns:common-policy',
  /** RFC 5025 */
  presRules: 'urn:ietf:params:xml:ns:pres-rules',
  /** OMA Presence XDM: conditions Kamailio and others write into pres-rules. */
  omaCommonPolicy: 'urn:oma:xml:xdm:common-policy',
  /** RFC 3858 */
  watcherinfo: 'urn:ietf:params:xml:ns:watcherinfo',
  /** RFC 4235 */
  dialogInfo: 'urn:ietf:params:xml:ns:dialog-info',
  /** RFC 3994 */
  isComposing: 'urn:ietf:params:xml:ns:im-iscomposing',
  /** RFC 5438 */
  imdn: 'urn:ietf:params:xml:ns:imdn',
  /** RFC 5874 */
  xcapDiff: 'urn:ietf:params:xml:ns:xcap-diff',
  /** RFC 4825 */
  xcapError: 'urn:ietf:params:xml:ns:xcap-error',
  xcapCaps: 'urn:ietf:params:xml:ns:xcap-caps',
  /** Ours: what RPID has no word for (`dnd`, `urgent`, `inactive`, `custom`). Others ignore it. */
  parleyPresence: 'urn:parley:presence:1',
  /** Ours: states an organisation defines. */
  parleyStates: 'urn:parley:states:1',
  /** Ours: what resource-lists has no word for (tagged, title, phones…). Others ignore it. */
  parleyContacts: 'urn:parley:contacts:1',
  /** Ours: what becomes of calls to a person. */
  parleyCalls: 'urn:parley:call-handling:1',
} as const;

/** Prefixes for the writer; the namespace of the root element is the default one and needs none. */
export const PREFIXES: Readonly<Record<string, string>> = {
  [NS.pidf]: 'pidf',
  [NS.dataModel]: 'dm',
  [NS.rpid]: 'rpid',
  [NS.timed]: 'ts',
  [NS.cipid]: 'c',
  [NS.caps]: 'caps',
  [NS.locationType]: 'lt',
  [NS.resourceLists]: 'rl',
  [NS.copyControl]: 'cc',
  [NS.commonPolicy]: 'cp',
  [NS.presRules]: 'pr',
  [NS.omaCommonPolicy]: 'ocp',
  [NS.parleyPresence]: 'p',
  [NS.parleyContacts]: 'p',
};
