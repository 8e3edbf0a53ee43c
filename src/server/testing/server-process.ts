/** A server in a process of its own, for tests that kill it: `node server-process.ts <folder> <port> <domain>`. */
import { DOMAIN } from './office.ts';
import { startServer } from '../wiring.ts';

const [folder = '', port = '0', domain = DOMAIN] = process.argv.slice(2);
const limits = { rate: 1e6, burst: 1e6 };
const server = await startServer({ folder, domain, port: Number(port), limits });
process.send?.({ port: server.port });
