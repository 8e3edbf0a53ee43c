/** Serves the harness from the sources; any path without a file gets the page, as the product does. */
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { createServer } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Listens on a free port of the loopback. */
export async function serveHarness(): Promise<{ url: string; close: () => Promise<void> }> {
  const server = await createServer({
    root,
    configFile: false,
    logLevel: 'error',
    appType: 'custom',
    cacheDir: 'node_modules/.vite-harness',
    server: { host: '127.0.0.1', port: 0, hmr: false },
    plugins: [
      svelte({ configFile: false, compilerOptions: { runes: true } }),
      {
        name: 'page',
        configureServer: (vite) => () => {
          vite.middlewares.use((request, response, next) => {
            const page = fileURLToPath(new URL('harness.html', import.meta.url));
            import('node:fs/promises')
              .then(({ readFile }) => readFile(page, 'utf8'))
              .then((text) => vite.transformIndexHtml(request.url ?? '/', text))
              .then((text) => response.setHeader('content-type', 'text/html').end(text), next);
          });
        },
      },
    ],
  });
  await server.listen();
  const url = server.resolvedUrls?.local[0];
  if (!url) throw new Error('The harness has no address.');
  return { url, close: () => server.close() };
}
