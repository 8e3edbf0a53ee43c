/** A call in which one side changes its address again and again: how long it is silent. */
import type { Change, Roamed } from '../roaming/roam.ts';
import { ownNetwork } from '../roaming/namespaces.ts';
import { roamInOwnNetwork } from '../roaming/run.ts';
import { ofBudget, percentile, type Row } from './row.ts';
import { missingEngine } from './servers.ts';

/** reliability.md §8, 19. */
const TIMES = 100;
const MOST_SILENT = 3_000;

export async function roamingBench(quick: boolean): Promise<readonly Row[]> {
  const network = ownNetwork();
  if ('why' in network) return [notRun(network.why)];
  const times = quick ? 6 : TIMES;
  const why = missingEngine();
  return [
    ...rowsOf('embedded server', times, await roamInOwnNetwork(network.before, times, 'embedded')),
    ...(why === null
      ? rowsOf('Kamailio', times, await roamInOwnNetwork(network.before, times, 'kamailio'))
      : [notRun(why)]),
  ];
}

const NAME = 'An address change in a call, longest silence of either side';
const notRun = (note: string): Row => ({ name: NAME, figure: null, unit: 'ms', note });

function rowsOf(where: string, times: number, came: Roamed): readonly Row[] {
  const silences = came.changes.map(({ here, there }) => Math.max(here, there));
  const [late, middle] = [percentile(silences, 0.95), percentile(silences, 0.5)];
  return [
    {
      name: `${NAME}, p95, ${where}`,
      figure: late,
      unit: 'ms',
      ratio: ofBudget(late, MOST_SILENT, 'ms'),
      note: `${came.changes.length} changes, median ${Math.round(middle)} ms, longest ${Math.round(Math.max(...silences))} ms; ${kinds(came.changes)}`,
    },
    { name: `Calls that an address change ended, ${where}`, ...ended(came, times) },
  ];
}

function ended({ dropped, changes }: Roamed, times: number): Omit<Row, 'name'> {
  const note = dropped ?? `of ${times} changes`;
  return { figure: dropped === null && changes.length === times ? 0 : 1, unit: 'calls', note };
}

/** The median of each kind. */
function kinds(changes: readonly Change[]): string {
  const names = [...new Set(changes.map(({ kind }) => kind))];
  return names
    .map((name) => {
      const of = changes.filter(({ kind }) => kind === name);
      return `${name} ${Math.round(
        percentile(
          of.map(({ here, there }) => Math.max(here, there)),
          0.5,
        ),
      )} ms`;
    })
    .join(', ');
}
