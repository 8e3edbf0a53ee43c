import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { MARKUP_ATTACKS } from '../src/ui/chat/fixtures/markup-attacks.ts';
import { openSoftphone } from './office/raw-line.ts';
import { Screen } from './office/screen.ts';
import { expect, onKamailio, test } from './office/test.ts';

/** Collections of others, read where they lie beside the project; none where they do not. */
function foreign(): string[] {
  const folder = join(import.meta.dirname, '../../shared/fixtures/xss');
  if (!existsSync(folder)) return [];
  return ['h5sc', 'dompurify'].flatMap((name) =>
    readFileSync(join(folder, `${name}.jsonl`), 'utf8')
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => (JSON.parse(line) as { payload: string }).payload.replaceAll('\0', '')),
  );
}

/** Reports whatever a page does that markup made it do: dialogs, requests, navigation, a sign left by a script. */
async function guard(page: Page, origin: string): Promise<() => Promise<string[]>> {
  const done: string[] = [];
  page.on('dialog', (dialog) => {
    done.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(origin) && !/^(?:data|blob):/.test(request.url()))
      done.push(`request ${request.url()}`);
    if (request.isNavigationRequest()) done.push(`navigation ${request.url()}`);
  });
  page.on('popup', (popup) => done.push(`window ${popup.url()}`));
  return async () => {
    if (await page.evaluate(() => 'pwned' in window)) done.push('a script ran');
    return done;
  };
}

/**
 * Parsing attacks for cleaning makes the browser report what its policy would have stopped: handlers and styles of a
 * document that shows nothing. Here what counts is what happens; that nothing throws is still watched.
 */
function quiet(page: Page): void {
  page.removeAllListeners('console');
}

if (!onKamailio) {
  test('I05 attacks that arrive as HTML run nothing, fetch nothing and lead nowhere (embedded)', async ({
    person,
  }) => {
    test.setTimeout(150_000);
    const [anna, mallory] = [await person('anna'), await person('mallory', { signedIn: false })];
    const phone = await openSoftphone(mallory, 'Mallory');
    const a = new Screen(anna.page);
    const attacks = [...MARKUP_ATTACKS, ...foreign()].filter((each) => Buffer.byteLength(each) < 45_000);
    const send = async (html: string, words: string): Promise<void> => {
      const body = [
        '--cut-here',
        'Content-Type: text/plain;charset=UTF-8',
        '',
        words,
        '--cut-here',
        'Content-Type: text/html;charset=UTF-8',
        'Content-Transfer-Encoding: base64',
        '',
        Buffer.from(html).toString('base64'),
        '--cut-here--',
        '',
      ].join('\r\n');
      const answer = await phone.send({
        method: 'MESSAGE',
        uri: anna.aor,
        to: { display: '', uri: anna.aor, params: new Map() },
        contentType: 'multipart/alternative;boundary="cut-here"',
        body,
      }).answered;
      expect(answer?.status).toBeLessThan(300);
    };
    await send('<p>the <b>first</b> one</p>', 'the first one');
    await a.chatWith(mallory);
    await expect(a.message('the first one').locator('.rich b')).toHaveText('first');
    quiet(anna.page);
    const seen = await guard(anna.page, anna.door.url);
    for (let at = 0; at < attacks.length; at += 10) {
      for (const attack of attacks.slice(at, at + 10)) await send(attack, 'an attack');
      // Each lump is on screen before the next pushes it off.
      await send(`<p>up to <i>${at}</i>.</p>`, `up to ${at}.`);
      // An attack may be higher than the log: who reads scrolls on.
      await expect(async () => {
        await a.log.evaluate((log) => (log.scrollTop = log.scrollHeight));
        await expect(a.message(`up to ${at}.`).locator('i')).toHaveText(String(at), { timeout: 300 });
      }).toPass({ timeout: 15_000 });
    }
    expect(attacks.length).toBeGreaterThan(60);
    // What waits to be touched is touched: hovered, focused, pressed.
    for (const node of await a.log.locator('.rich a').all())
      await node.hover({ timeout: 500 }).catch(() => null);
    expect(await seen()).toEqual([]);
    const left = await a.log
      .locator('.rich *')
      .evaluateAll((nodes) => [...new Set(nodes.map((node) => node.localName))]);
    expect(
      left.filter((name) => /^(?:img|svg|script|style|iframe|form|input|link|meta)$/.test(name)),
    ).toEqual([]);
    phone.close();
  });

  test('I05 attacks that are pasted and dropped run nothing and fetch nothing (embedded)', async ({
    person,
  }) => {
    test.setTimeout(120_000);
    const [anna, ben] = [await person('anna'), await person('ben')];
    const a = new Screen(anna.page);
    await a.chatWith(ben);
    quiet(anna.page);
    const seen = await guard(anna.page, anna.door.url);
    const attacks = [...MARKUP_ATTACKS, ...foreign()];
    await a.composer.focus();
    await anna.page.keyboard.press('Control+b');
    await expect(a.composer).toHaveAttribute('contenteditable', 'true');
    for (const kind of ['paste', 'drop'] as const)
      await a.composer.evaluate(
        async (field, { kind, attacks }) => {
          for (const html of attacks) {
            const data = new DataTransfer();
            data.setData('text/html', `${html}<b>.</b>`);
            data.setData('text/plain', 'an attack');
            const { left, top } = field.getBoundingClientRect();
            const at = { bubbles: true, cancelable: true, clientX: left + 20, clientY: top + 12 };
            field.dispatchEvent(
              kind === 'paste'
                ? new ClipboardEvent('paste', { ...at, clipboardData: data })
                : new DragEvent('drop', { ...at, dataTransfer: data }),
            );
            await new Promise((done) => requestAnimationFrame(done));
            // Not one huge text: each has the field to itself.
            if (field.childElementCount > 20) field.replaceChildren();
          }
        },
        { kind, attacks },
      );
    expect(await seen()).toEqual([]);
  });
}
