/**
 * `npm run engine:client`: serves the built client for a SIP server elsewhere, by default the engine on this machine.
 * Any web server that sends the same headers does as well (README, "A web server of your own").
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { buildClient, needsBuild } from './http/client-build.ts';
import { startClientSite, type SiteConfig } from './http/client-site.ts';

const root = resolve(import.meta.dirname, '../..');
const {
  PARLEY_CONFIG: file,
  PARLEY_PORT: port = '8081',
  PARLEY_DOMAIN: domain = 'parley.localhost',
} = process.env;
const web = process.env['PARLEY_ENGINE_WEB'] ?? '18080';
const service = process.env['PARLEY_ENGINE_NODE_HTTP'] ?? '18090';
const stock = process.env['PARLEY_ENGINE_PRESENCE'] === 'stock';

function config(): SiteConfig {
  if (file !== undefined) return JSON.parse(readFileSync(file, 'utf8')) as SiteConfig;
  const sip = [`ws://localhost:${web}`];
  if (stock) return { sip, domain, xcapRoot: `http://localhost:${web}/xcap-root` };
  const http = `http://localhost:${service}`;
  return { sip, domain, xcapRoot: `${http}/xcap`, serviceRoot: `${http}/api` };
}

try {
  if (needsBuild(root)) {
    process.stdout.write('Building the client; this takes a minute the first time …\n');
    await buildClient(root);
  }
  const site = await startClientSite({ config: config(), port: Number(port) });
  process.stdout.write(`The client is at http://localhost:${site.port}  (Ctrl C ends it)\n`);
} catch (error) {
  process.stderr.write(
    `The client could not be served: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exitCode = 1;
}
