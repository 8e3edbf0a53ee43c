/** A server in a process of its own, for tests that kill it: `node server-process.ts <folder> <port>`. */
import { DOMAIN } from './office.ts';
import { startServer } from '../wiring.ts';

const [folder = '', port = '0'] = process.argv.slice(2);
const limits = { rate: 1e6, burst: 1e6 };
const server = await startServer({ folder, domain: DOMAIN, port: Number(port), limits });
process.send?.({ port: server.port });
