/** `main.ts COUNT SERVER`, in a network of its own: what came of it as one line of JSON. */
import { roam } from './roam.ts';

const [count = '3', server = 'embedded'] = process.argv.slice(2);
const roamed = await roam(Number(count), server === 'kamailio' ? 'kamailio' : 'embedded');
process.stdout.write(JSON.stringify(roamed));
