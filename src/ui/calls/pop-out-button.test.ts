/** Where the browser has no small windows (Safari; Firefox has neither): the picture alone, or nothing. */
import type { Component } from 'svelte';
import { afterEach, expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import InOffice from '../../../e2e/ui/InOffice.svelte';
import { bootWith, openOffice } from '../../../e2e/ui/office.ts';
import type { Calling } from '../../model/calls/context.ts';
import type { Calls } from '../../model/calls/calls.svelte.ts';
import { PopOut } from '../../model/calls/pop-out.svelte.ts';
import PopOutButton from './PopOutButton.svelte';

afterEach(() => void Reflect.deleteProperty(document, 'pictureInPictureEnabled'));

async function show(can: boolean, picture?: HTMLVideoElement) {
  Object.defineProperty(document, 'pictureInPictureEnabled', { configurable: true, value: can });
  const { tab, office } = openOffice(bootWith([]));
  const calling = { popOut: new PopOut({} as Calls, null) } as Calling;
  const of = PopOutButton as unknown as Component<Record<string, unknown>>;
  const given = { class: 'iconbtn', picture };
  const screen = await render(InOffice, { tab, office, calling, of, given });
  return { tab, button: screen.getByRole('button', { name: 'Pop out' }) };
}

function video(answer: () => Promise<unknown>) {
  let asked = 0;
  const element = document.createElement('video');
  const requestPictureInPicture = (): Promise<unknown> => {
    asked += 1;
    return answer();
  };
  return { element: Object.assign(element, { requestPictureInPicture }), asked: () => asked };
}

test('E01 the picture of the other pops out alone; a refusal is said in words', async () => {
  const good = video(() => Promise.resolve());
  const { button, tab } = await show(true, good.element as HTMLVideoElement);
  await button.click();
  expect([good.asked(), tab.notices.list]).toEqual([1, []]);

  const bad = video(() => Promise.reject(new DOMException('', 'NotAllowedError')));
  const other = await show(true, bad.element as HTMLVideoElement);
  await other.button.last().click();
  await expect
    .poll(() => other.tab.notices.list.map(({ words }) => words))
    .toEqual(['The browser opened no small window. The call stays here.']);
});

test('E01 no button where it could do nothing: a voice call, or a browser without either', async () => {
  await expect.element((await show(true)).button).not.toBeInTheDocument();
  const { element } = video(() => Promise.resolve());
  await expect.element((await show(false, element as HTMLVideoElement)).button).not.toBeInTheDocument();
});
