/** A conversation of a hundred people on the embedded server: how long until all the others have a message. */
import { openHundred, PEOPLE } from '../sip/hundred.ts';
import { ofBudget, percentile, type Row } from './row.ts';

export async function groupBench(quick: boolean): Promise<readonly Row[]> {
  const hundred = await openHundred();
  try {
    const took: number[] = [];
    for (let turn = 0; turn < (quick ? 20 : 200); turn++)
      took.push((await hundred.send((turn * 7) % PEOPLE, `bench-${turn}`)).wall);
    const figure = Math.max(...took);
    return [
      {
        name: `A message until it is at the other ${PEOPLE - 1} of a conversation, the longest`,
        figure,
        unit: 'ms',
        ratio: ofBudget(figure, 1_000, 'ms'),
        note: `${took.length} messages, half of them below ${Math.round(percentile(took, 0.5))} ms; the server and everybody in one process`,
      },
    ];
  } finally {
    await hundred.close();
  }
}
