import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Newest change below `path`, milliseconds; 0 when there is nothing. */
function newest(path: string): number {
  const entry = statSync(path, { throwIfNoEntry: false });
  if (!entry?.isDirectory()) return entry?.mtimeMs ?? 0;
  let latest = 0;
  for (const name of readdirSync(path)) latest = Math.max(latest, newest(join(path, name)));
  return latest;
}

/** Whether the built client is missing, or older than what it is built from. */
export function needsBuild(root: string): boolean {
  const built = statSync(join(root, 'dist', 'index.html'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (built === 0) return true;
  const sources = readdirSync(join(root, 'src')).filter((name) => name !== 'server' && name !== 'engine');
  const inputs = [...sources.map((name) => join('src', name)), 'public', 'vite.config.ts', 'package.json'];
  return inputs.some((input) => newest(join(root, input)) > built);
}

/** Builds the client into `dist`. Rejects with Vite's error. */
export async function buildClient(root: string): Promise<void> {
  const { build } = await import('vite');
  await build({ root: join(root, 'src'), configFile: join(root, 'vite.config.ts'), logLevel: 'warn' });
}
