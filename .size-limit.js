/**
 * Sizes that may not grow, in brotli, on the finished build. The files of a gate are not named here but followed: what
 * the entry imports statically, then what the page fetches by itself. What waits for a person's hand is named, so that a
 * new file counts until somebody says otherwise.
 */
import { readFileSync, readdirSync } from 'node:fs';

const ASSETS = 'dist/assets/';
const files = readdirSync(ASSETS).filter((name) => name.endsWith('.js'));

/** Fetched when somebody opens, presses or comes near it. */
const ON_DEMAND =
  /^(CallDetails|CallLog|CallStage|CallsSection|CardPage|Completions|ComposerBars|ConversationView|CornerLine|DevicesSection|EmergencyDialog|EmojiPicker|GatherDialog|GroupPeople|HeldCalls|HelpPage|HoverCard|InkDrawing|InkPad|KeyboardMap|LinkBox|LoggedCall|MenuPanel|MessageTools|OtherDeviceCall|ParkedLine|PopOut|Questions|RedirectDialog|SavedPage|SearchResults|SettingsPage|TransferDialog|VoicemailPane|WithdrawQuestion|completion|emoji-list|file-http|file-places|file-sink|file-transfers|headset|ink-path|markup|max|measuring|peer|people-index|phone-number|rich-editor|routing\.svelte|save-cards|screen-capture)-/;

/** Names of the built files one file imports: `from"./x.js"` and `import"./x.js"`, or with `import(…)`. */
function imports(name, isLazy) {
  const text = readFileSync(ASSETS + name, 'utf8');
  const pattern = isLazy
    ? /\bimport\(\s*["'`]\.\/([^"'`]+\.js)["'`]/g
    : /(?:\bfrom|\bimport)\s*["'`]\.\/([^"'`]+\.js)["'`]/g;
  return [...text.matchAll(pattern)].map((match) => match[1]).filter((found) => files.includes(found));
}

/** `start` and everything it needs before it runs; with `lazily` also what it fetches by itself afterwards. */
function reach(start, lazily) {
  const found = new Set();
  const visit = (name) => {
    if (found.has(name)) return;
    found.add(name);
    for (const next of imports(name, false)) visit(next);
    if (lazily) for (const next of imports(name, true)) if (!ON_DEMAND.test(next)) visit(next);
  };
  for (const name of start) visit(name);
  if (found.size === 0) throw new Error('no entry found in dist/index.html: build first');
  return [...found].map((name) => ASSETS + name);
}

const page = readFileSync('dist/index.html', 'utf8');
const entry = [...page.matchAll(/(?:src|href)="\/assets\/([^"]+\.js)"/g)].map((match) => match[1]);

export default [
  { name: 'sign-in screen', path: reach(entry, false), limit: '40 kB', brotli: true },
  { name: 'main window', path: reach(entry, true), limit: '110 kB', brotli: true },
  { name: 'styles', path: `${ASSETS}*.css`, limit: '27 kB', brotli: true },
  { name: 'user agent (worker)', path: `${ASSETS}agent-worker-*.js`, limit: '125 kB', brotli: true },
  { name: 'parley-presence', path: 'dist/embed/parley-presence.js', limit: '10 kB', brotli: true },
  { name: 'service worker', path: 'dist/sw.js', limit: '34 kB', brotli: true },
];
