import { expect, test } from 'vitest';
import { createMarkup } from './markup.ts';

const markup = createMarkup(window, { createHTML: (html) => html, createScriptURL: (url) => url });
function clean(html: string): string {
  const box = document.createElement('div');
  box.append(markup.clean(html) ?? 'REFUSED');
  return box.innerHTML.replace(/\s+/g, ' ').replace(/> </g, '><').trim();
}

/** As Word writes it: styles in the head, lists that are only paragraphs, signs in a span that no list has. */
const WORD = `<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal{color:red}</style></head>
<body lang=EN-GB><!--StartFragment--><p class=MsoNormal><b>Bearing</b> <i>shelf</i><o:p></o:p></p>
<p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='mso-list:Ignore'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span><![endif]>BH5<o:p></o:p></p>
<p class=MsoListParagraphCxSpMiddle style='mso-list:l0 level2 lfo1'><span style='mso-list:Ignore'>o&nbsp;</span>deep</p>
<p class=MsoListParagraphCxSpLast style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>·&nbsp;</span>BH7</p>
<p class=MsoNormal>then</p>
<p class=MsoListParagraph style='mso-list:l1 level1 lfo2'><span style='mso-list:Ignore'>1.&nbsp;</span>first</p>
<p class=MsoListParagraph style='mso-list:l1 level1 lfo2'><span style='mso-list:Ignore'>2.&nbsp;</span>second</p>
<!--EndFragment--></body></html>`;

test('I05 Word: bold, italic, and its lists of paragraphs', () => {
  expect(clean(WORD)).toBe(
    '<p><b>Bearing</b><i>shelf</i></p><ul><li>BH5<ul><li>deep</li></ul></li><li>BH7</li></ul><p>then</p><ol><li>first</li><li>second</li></ol>',
  );
});

test('I05 Google Docs: bold by style, and nothing bold around everything', () => {
  const docs =
    '<meta charset="utf-8"><b style="font-weight:normal;" id="docs-internal-guid-1"><p dir="ltr" style="line-height:1.38"><span style="font-size:11pt;font-weight:700;">Rock</span><span style="font-weight:400;font-style:italic"> head</span></p><ul><li dir="ltr"><p role="presentation"><span>one</span></p></li></ul></b>';
  expect(clean(docs)).toBe(
    '<p><span><b>Rock</b></span><span><i> head</i></span></p><ul><li><span>one</span></li></ul>',
  );
});

test('I05 Excel: a table stays a table, its widths and colours go', () => {
  const excel =
    "<table border=0 width=128 style='border-collapse:collapse'><col width=64><tr height=20><td class=xl65 style='background:yellow' x:num>12</td><td><b>m</b></td></tr></table>";
  expect(clean(excel)).toBe('<table><tbody><tr><td>12</td><td><b>m</b></td></tr></tbody></table>');
});

test('I05 Outlook: paragraphs of div and a link, without its hidden parts', () => {
  const outlook =
    '<div class="WordSection1"><div style="margin:0">See <a href="https://larkfield.example/14" style="color:blue">sheet 14</a></div><div style="display:none">hidden</div><div><span style="text-decoration:underline">now</span></div></div>';
  expect(clean(outlook)).toBe(
    '<p>See <a href="https://larkfield.example/14">sheet 14</a></p><p><span><u>now</u></span></p>',
  );
});
