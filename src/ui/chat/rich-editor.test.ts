import { afterEach, expect, test } from 'vitest';
import { userEvent } from 'vitest/browser';
import { createMarkup } from './markup.ts';
import { RichEditor } from './rich-editor.ts';

const markup = createMarkup(window, { createHTML: (html) => html, createScriptURL: (url) => url });
const closes: (() => void)[] = [];
afterEach(() => closes.splice(0).forEach((close) => close()));

function open(text = ''): RichEditor {
  const root = document.createElement('div');
  document.body.append(root);
  const editor = new RichEditor(root, { markup, onChange: () => undefined, onCaret: () => undefined });
  closes.push(
    () => editor.destroy(),
    () => root.remove(),
  );
  editor.fill({ text, html: null }, text.length);
  editor.focus();
  return editor;
}

test('I05 what has no format is plain words only', async () => {
  const editor = open('one\n\ntwo');
  await userEvent.keyboard(' more');
  expect(editor.read()).toEqual({ text: 'one\n\ntwo more', html: null });
});

test('I05 a space at the end of what was written plain is kept', async () => {
  const editor = open('half ');
  await Promise.resolve();
  editor.toggle('italic');
  await userEvent.keyboard('a thought');
  expect(editor.read()).toEqual({ text: 'half a thought', html: '<p>half <i>a thought</i></p>' });
});

test('I05 bold, italic and colour on a selection, and off again', () => {
  const editor = open('the north pile');
  editor.select('the north pile', 4, 9);
  editor.toggle('bold');
  expect(editor.state.on.has('bold')).toBe(true);
  expect(editor.read()).toEqual({ text: 'the north pile', html: '<p>the <b>north</b> pile</p>' });
  editor.toggle('bold');
  editor.colour('parley-red');
  expect(editor.state.colour).toBe('parley-red');
  editor.colour('parley-blue');
  expect(editor.read().html).toBe('<p>the <span class="parley-blue">north</span> pile</p>');
  editor.colour(null);
  expect(editor.read().html).toBeNull();
});

test('I05 a list goes on at a new line, and its plain words have the signs', async () => {
  const editor = open('first');
  editor.toggle('bullets');
  editor.breakLine();
  await userEvent.keyboard('second');
  expect(editor.read()).toEqual({
    text: '• first\n• second',
    html: '<ul><li>first</li><li>second</li></ul>',
  });
});

test('I05 undo and redo pass the sanitiser', async () => {
  const editor = open('word');
  // Squire hears of what was filled in after this task.
  await Promise.resolve();
  editor.select('word', 0, 4);
  editor.toggle('bold');
  await userEvent.keyboard('{Control>}z{/Control}');
  expect(editor.read().html).toBeNull();
  await userEvent.keyboard('{Control>}y{/Control}');
  expect(editor.read().html).toBe('<p><b>word</b></p>');
});

test('I05 links, code and quotes', () => {
  const editor = open('see the sheet');
  editor.select('see the sheet', 8, 13);
  editor.link('https://larkfield.example/14', '');
  expect(editor.read()).toEqual({
    text: 'see the sheet (https://larkfield.example/14)',
    html: '<p>see the <a href="https://larkfield.example/14">sheet</a></p>',
  });
  const code = open('run it');
  code.select('run it', 0, 3);
  code.toggle('code');
  expect(code.read().html).toBe('<p><code>run</code> it</p>');
  const quote = open('so they said');
  quote.toggle('quote');
  expect(quote.read()).toEqual({
    text: '> so they said',
    html: '<blockquote><p>so they said</p></blockquote>',
  });
});

test('I05 what is pasted keeps its structure and nothing else', () => {
  const editor = open('');
  editor.insert(
    '<meta charset="utf-8"><h2 style="color:red">Title</h2><p class="x">a <strong>b</strong><img src="x" onerror="pwned=1"></p><script>pwned=1</script>',
    'Title\na b',
  );
  const { text, html } = editor.read();
  expect(text).toBe('Title\na b');
  expect(html).toBe('<p><b>Title</b></p><p>a <b>b</b></p>');
  expect('pwned' in window).toBe(false);
});

test('I08 words before the caret can be replaced by a mention', () => {
  const editor = open('ask @be');
  expect(editor.before()).toBe('ask @be');
  editor.eraseBefore(3);
  editor.insertLink('@Ben', 'sip:ben@larkfield.example');
  expect(editor.read().text).toBe('ask @Ben');
  expect(editor.read().html).toContain('<a href="sip:ben@larkfield.example">@Ben</a>');
});
