/** The import law of the house: one allow-list per folder, no rings of files or folders. */
const ours = '^src/(protocol|sip|store|agent|media|model|ui|sw|embed|server|engine)/';
/** @param {string} folder @param {string[]} allowed folders or files it may import */
const only = (folder, allowed) => ({
  name: `${folder}-imports-downwards`,
  severity: 'error',
  from: { path: `^src/${folder}/`, pathNot: '\\.test\\.ts$' },
  to: { path: '^src/', pathNot: [`^src/${folder}/`, ...allowed] },
});
const packages = (folder, allowed) => ({
  name: `${folder}-packages`,
  severity: 'error',
  from: { path: `^src/${folder}/`, pathNot: '\\.test\\.ts$' },
  to: {
    dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'],
    pathNot: allowed.map((name) => `node_modules/${name}/`),
  },
});
/** Inside model and ui: people <- chat <- calls <- meetings; rooms on people, chat; routing on people, calls. */
const below = {
  people: [],
  chat: ['people'],
  calls: ['people', 'chat'],
  meetings: ['people', 'chat', 'calls'],
  rooms: ['people', 'chat'],
  routing: ['people', 'calls'],
};
const features = ['model', 'ui'].flatMap((layer) =>
  Object.entries(below).map(([feature, lower]) => ({
    name: `${layer}-${feature}-feature-order`,
    severity: 'error',
    from: { path: `^src/${layer}/${feature}/`, pathNot: '\\.test\\.ts$' },
    to: {
      path: `^src/${layer}/(${Object.keys(below).join('|')})/`,
      pathNot: `^src/${layer}/(${[feature, ...lower].join('|')})/`,
    },
  })),
);

/** Folders are looked at without tests, whose harness in e2e would close every ring. `npm run check:law` runs both. */
const folders = process.env.PARLEY_LAW === 'folders';
const folderRings = [
  { name: 'no-folder-rings', severity: 'error', scope: 'folder', from: {}, to: { circular: true } },
];

module.exports = {
  forbidden: folders
    ? folderRings
    : [
        { name: 'no-file-rings', severity: 'error', from: {}, to: { circular: true } },
        {
          name: 'resolvable',
          severity: 'error',
          from: {},
          to: { couldNotResolve: true, pathNot: '^virtual:' },
        },
        only('protocol', []),
        only('sip', ['^src/protocol/']),
        only('store', ['^src/protocol/']),
        only('agent', ['^src/(protocol|sip|store)/']),
        only('media', ['^src/protocol/']),
        only('model', ['^src/(protocol|store|media)/', '^src/agent/contract(-values)?\\.ts$']),
        only('ui', ['^src/model/']),
        // What the outbox holds looks the same on the wire, whoever sends it.
        only('sw', ['^src/(protocol|store)/', '^src/agent/core/(envelope|order)\\.ts$']),
        // The badge has one set of shapes, wherever it is shown.
        only('embed', ['^src/(protocol|sip)/', '^src/ui/parts/presence-shapes\\.ts$']),
        only('server', ['^src/protocol/']),
        packages('protocol', ['saxes', 'xmlchars']),
        packages('sip', ['sip\\.js']),
        packages('store', ['idb']),
        packages('agent', ['sip\\.js', 'fflate']),
        packages('media', ['@noble/hashes']),
        packages('model', ['svelte', 'minisearch', 'libphonenumber-js']),
        packages('embed', []),
        packages('sw', ['workbox-[a-z]+']),
        {
          name: 'xml-through-xml-ts',
          severity: 'error',
          from: { path: '^src/protocol/', pathNot: ['^src/protocol/xml\\.ts$', '\\.test\\.ts$'] },
          to: { path: 'node_modules/saxes' },
        },
        {
          name: 'parts-know-no-feature',
          severity: 'error',
          from: { path: '^src/ui/parts/' },
          to: { path: '^src/(ui|model)/', pathNot: '^src/ui/parts/' },
        },
        {
          name: 'no-node-in-browser',
          severity: 'error',
          from: {
            path: '^src/(protocol|sip|store|agent|media|model|ui|sw|embed|main\\.ts)',
            pathNot: '\\.test\\.ts$',
          },
          to: { dependencyTypes: ['core'] },
        },
        {
          name: 'tests-stay-tests',
          severity: 'error',
          from: { path: ours, pathNot: '\\.test\\.ts$' },
          to: { path: ['\\.test\\.ts$', '^e2e/'] },
        },
        ...features,
      ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^dist/', '^src/protocol/fixtures/', ...(folders ? ['^e2e/', '\\.test\\.ts$'] : [])] },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'svelte', 'types', 'default'],
      extensions: ['.ts', '.js', '.svelte'],
    },
  },
};
