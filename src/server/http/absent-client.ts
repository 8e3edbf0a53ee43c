/** What stands in the place of the client while there is none. */
import type { Fallback } from './http-server.ts';

export const beingBuilt: Fallback = (_request, response) => {
  response.writeHead(503, { 'Retry-After': '5', 'Content-Type': 'text/plain; charset=utf-8' });
  response.end('Parley is being built; ask again in a moment.\n');
};

export const notHere: Fallback = (_request, response) => {
  response.statusCode = 404;
  response.end();
};
