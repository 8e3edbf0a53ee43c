import { existsSync } from 'node:fs';
import { join } from 'node:path';
import sirv from 'sirv';
import type { Fallback } from './http-server.ts';
import { pagePolicy } from './security.ts';

/** Files that must be asked for each time; all others carry a hash in their name. */
const UNHASHED = /\.(?:html|webmanifest)$|\/sw\.js$/;

/**
 * Serves the built client; every path without a file is the application's own (`single`). `reach`: origins elsewhere
 * that its pages may talk to.
 */
export function serveClient(folder: string, reach: readonly string[] = []): Fallback {
  if (!existsSync(join(folder, 'index.html'))) {
    return (_request, response) => {
      response.statusCode = 404;
      response.setHeader('Content-Type', 'text/plain; charset=utf-8');
      response.end('The client has not been built: npm run build\n');
    };
  }
  const files = sirv(folder, {
    single: true,
    etag: true,
    gzip: true,
    brotli: true,
    setHeaders(response, pathname) {
      const path = pathname.endsWith('/') || !/\.\w+$/.test(pathname) ? '/index.html' : pathname;
      const hashed = path.startsWith('/assets/') && !UNHASHED.test(path);
      // `<parley-presence>` is for the pages of others.
      if (path.startsWith('/embed/')) {
        response.setHeader('Access-Control-Allow-Origin', '*');
        response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
      }
      response.setHeader('Cache-Control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  return (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.statusCode = 405;
      response.setHeader('Allow', 'GET, HEAD');
      response.end();
      return;
    }
    // Also on scripts: a worker has the policy of its own answer.
    response.setHeader('Content-Security-Policy', pagePolicy(request.headers.host ?? '', false, reach));
    files(request, response, () => {
      response.statusCode = 404;
      response.end();
    });
  };
}
