import type { Server } from 'node:http';
import { join } from 'node:path';
import type { Fallback } from './http-server.ts';
import { pagePolicy } from './security.ts';

/** Vite in front of the sources, with hot reload on the server's own port. For development only. */
export async function serveSources(root: string, server: Server): Promise<Fallback> {
  const { createServer } = await import('vite');
  const vite = await createServer({
    root: join(root, 'src'),
    configFile: join(root, 'vite.config.ts'),
    server: { middlewareMode: true, hmr: { server } },
    appType: 'spa',
  });
  server.once('close', () => void vite.close());
  return (request, response) => {
    response.setHeader('Content-Security-Policy', pagePolicy(request.headers.host ?? '', true));
    vite.middlewares(request, response, () => {
      response.statusCode = 404;
      response.end();
    });
  };
}
