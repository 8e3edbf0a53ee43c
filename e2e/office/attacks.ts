import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Text that would do something where text is taken for markup, a template, an address or a direction: sent as data, never
 * rendered as markup. Our own writing.
 */
export const ATTACKS: readonly string[] = [
  '<img src=x onerror="window.pwned=1">',
  '<script>window.pwned=1</script>',
  '<svg onload=window.pwned=1><animate onbegin=window.pwned=1 attributeName=x dur=1s>',
  '"><iframe srcdoc="<script>parent.pwned=1</script>"></iframe>',
  'javascript:window.pwned=1//',
  'data:text/html,<script>opener.pwned=1</script>',
  '{{constructor.constructor("window.pwned=1")()}} ${window.pwned=1} {\u0040html "<b>"}',
  '<a href="javascript:window.pwned=1" autofocus onfocus=window.pwned=1>https://parley.test</a>',
  '<link rel=stylesheet href=http://attacker.test/x.css><meta http-equiv=refresh content="0;url=http://attacker.test">',
  '\u202egpj.exe\u202c \u2066left\u2069 \u200fright\u200e',
  '&lt;img src=x onerror=window.pwned=1&gt; &#60;script&#62;',
  '<template><style>@import "http://attacker.test/y.css"</style></template><base href="http://attacker.test/">',
];

/** Collections of others, read where they lie beside the project, in lumps of twenty; none where they do not. */
export function foreignAttacks(): string[] {
  const folder = join(import.meta.dirname, '../../../shared/fixtures/xss');
  if (!existsSync(folder)) return [];
  const payloads = ['h5sc', 'dompurify'].flatMap((name) =>
    readFileSync(join(folder, `${name}.jsonl`), 'utf8')
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => (JSON.parse(line) as { payload: string }).payload),
  );
  const lumps: string[] = [];
  for (let at = 0; at < payloads.length; at += 20) {
    // What XML-less text may not carry is not the point here.
    lumps.push(
      payloads
        .slice(at, at + 20)
        .join('\n')
        .replaceAll('\0', ''),
    );
  }
  return lumps;
}
