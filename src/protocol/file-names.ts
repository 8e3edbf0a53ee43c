/** Names of files as strangers give them: made harmless, and judged by what opening them may do. */
import { utf8Length } from './utf8.ts';

const LONGEST = 200;
/** Controls, marks that turn the direction of text or cannot be seen, and what file systems do not take. */
const UNWANTED =
  /[\p{Cc}\p{Zl}\p{Zp}\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb<>:"|?*]/gu;
/** Names that Windows keeps for devices, whatever their extension. */
const RESERVED = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|clock\$)(?=\.|$)/i;
const LONE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** The last part of a path, without what could deceive an eye or a file system; never empty, at most 200 octets. */
export function cleanFileName(raw: string): string {
  const base = raw.slice(-4096).split(/[/\\]/).at(-1) ?? '';
  let name = base.replace(LONE, '').normalize('NFC').replace(UNWANTED, '').replace(/\s+/g, ' ');
  name = name.trim().replace(/[. ]+$/, '');
  if (name.startsWith('.')) name = `_${name}`;
  if (RESERVED.test(name)) name = `_${name}`;
  if (name === '') return 'file';
  return shortened(name);
}

/** Cut in the middle of what stands before the extension, which says what it is. */
function shortened(name: string): string {
  if (utf8Length(name) <= LONGEST) return name;
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 && name.length - dot <= 16 ? name.slice(dot) : '';
  let room = LONGEST - utf8Length(extension);
  const letters: string[] = [];
  for (const letter of name.slice(0, name.length - extension.length)) {
    room -= utf8Length(letter);
    if (room < 0) break;
    letters.push(letter);
  }
  return `${letters.join('').replace(/[. ]+$/, '')}${extension}`;
}

/** What opening a file may do. */
export type Danger =
  /** It is a program, or starts one. */
  | 'program'
  /** A page that runs what is written in it. */
  | 'page'
  /** A document that may hold macros. */
  | 'macros'
  /** A disk image or package that may hold programs. */
  | 'package';

const KINDS: readonly (readonly [Danger, ReadonlySet<string>])[] = [
  [
    'program',
    new Set(
      (
        'exe com scr pif cpl dll sys drv ocx msi msp mst msc bat cmd ps1 ps1xml ps2 psc1 psm1 psd1 vb vbe vbs js jse mjs cjs ws wsf ' +
        'wsc wsh hta jar jnlp class app application gadget reg inf lnk url scf desktop sh bash zsh csh ksh fish command tool ' +
        'run elf py pyc pyw pl rb php apk appx appxbundle msix msixbundle ipa workflow action applescript scpt osx ' +
        'website settingcontent-ms library-ms search-ms appref-ms chm hlp ade adp mde xll xlam wll ppam sct shb shs terminal'
      ).split(' '),
    ),
  ],
  ['page', new Set('html htm xhtml xht shtml mht mhtml svg svgz xml xsl xslt swf'.split(' '))],
  [
    'macros',
    new Set(
      'docm dotm xlsm xltm xlsb pptm potm ppsm sldm doc dot xls xlt ppt pot pps mdb accdb accde odb rtf slk iqy one'.split(
        ' ',
      ),
    ),
  ],
  ['package', new Set('iso img vhd vhdx dmg pkg deb rpm snap flatpak appimage cab'.split(' '))],
];

const DANGEROUS_TYPES: ReadonlyMap<string, Danger> = new Map([
  ['text/html', 'page'],
  ['application/xhtml+xml', 'page'],
  ['image/svg+xml', 'page'],
  ['text/javascript', 'program'],
  ['application/javascript', 'program'],
  ['application/x-msdownload', 'program'],
  ['application/x-msdos-program', 'program'],
  ['application/vnd.microsoft.portable-executable', 'program'],
  ['application/x-sh', 'program'],
  ['application/java-archive', 'program'],
  ['application/vnd.android.package-archive', 'program'],
]);

/** Why a file of this name and media type is to be treated with care, or null. The name counts before the type. */
export function dangerOf(name: string, type: string): Danger | null {
  const extension = /\.([^.]+)$/.exec(name.toLowerCase().replace(/[. ]+$/, ''))?.[1] ?? '';
  const byName = KINDS.find(([, extensions]) => extensions.has(extension))?.[0];
  return byName ?? DANGEROUS_TYPES.get(type.toLowerCase().split(';', 1)[0]?.trim() ?? '') ?? null;
}

/** `type/subtype` in lower case without parameters; anything else is of no known type. */
export function cleanMediaType(raw: string): string {
  const type = (raw.split(';', 1)[0] ?? '').trim().toLowerCase();
  return /^[a-z\d][a-z\d!#$&^_.+-]{0,63}\/[a-z\d][a-z\d!#$&^_.+-]{0,126}$/.test(type)
    ? type
    : 'application/octet-stream';
}
