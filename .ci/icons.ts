/**
 * Builds `src/ui/parts/icons.svg` and the type of its names from lucide-static (ISC). Run after changing the list:
 * `node .ci/icons.ts`; with `--check` it only tells whether the files are up to date.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const names = [
  'arrow-left',
  'arrow-right',
  'arrow-right-left',
  'arrow-up-down',
  'at-sign',
  'baseline',
  'bell',
  'bell-off',
  'bell-ring',
  'bold',
  'calendar',
  'captions',
  'check',
  'check-check',
  'chevron-down',
  'chevron-left',
  'chevron-right',
  'chevron-up',
  'circle-alert',
  'circle-check',
  'circle-help',
  'circle-x',
  'clock',
  'code',
  'copy',
  'delete',
  'download',
  'ellipsis',
  'eraser',
  'eye',
  'eye-off',
  'file',
  'file-text',
  'folder-plus',
  'globe',
  'grip',
  'hand',
  'headphones',
  'image',
  'info',
  'italic',
  'keyboard',
  'link',
  'list',
  'list-filter',
  'list-ordered',
  'loader-circle',
  'log-out',
  'mail',
  'map-pin',
  'maximize',
  'message-circle',
  'mic',
  'mic-off',
  'minimize',
  'mouse-pointer-2',
  'palette',
  'paperclip',
  'pause',
  'pen-line',
  'pencil',
  'phone',
  'phone-forwarded',
  'phone-incoming',
  'phone-missed',
  'phone-off',
  'phone-outgoing',
  'picture-in-picture-2',
  'play',
  'plus',
  'reply',
  'rotate-cw',
  'screen-share',
  'screen-share-off',
  'search',
  'send-horizontal',
  'server',
  'settings',
  'shield',
  'signal',
  'smartphone',
  'smile',
  'square-pen',
  'stethoscope',
  'strikethrough',
  'tag',
  'text-quote',
  'trash-2',
  'triangle-alert',
  'underline',
  'undo-2',
  'upload',
  'user',
  'user-minus',
  'user-plus',
  'user-x',
  'users',
  'video',
  'video-off',
  'voicemail',
  'volume-2',
  'wifi',
  'wifi-off',
  'x',
  'zoom-in',
  'zoom-out',
] as const;

const lucide = new URL('../node_modules/lucide-static/icons/', import.meta.url);
const parts = new URL('../src/ui/parts/', import.meta.url);

function symbol(name: string): string {
  const svg = readFileSync(new URL(`${name}.svg`, lucide), 'utf8');
  const body = svg.replace(/^[\s\S]*?<svg[^>]*>/, '').replace(/<\/svg>\s*$/, '');
  return `<symbol id="${name}" viewBox="0 0 24 24">${body.replace(/\s*\n\s*/g, '')}</symbol>`;
}

const sprite = `<svg xmlns="http://www.w3.org/2000/svg">\n${names.map(symbol).join('\n')}\n</svg>\n`;
const types = `/** Names in icons.svg; written by .ci/icons.ts. */\nexport type IconName =\n${names.map((name) => `  | '${name}'`).join('\n')};\n`;

const outputs = [
  [new URL('icons.svg', parts), sprite],
  [new URL('icon-name.ts', parts), types],
] as const;
for (const [file, text] of outputs) {
  if (!process.argv.includes('--check')) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text) {
    process.exitCode = 1;
    process.stderr.write(`${file.pathname} is out of date: run node .ci/icons.ts\n`);
  }
}
