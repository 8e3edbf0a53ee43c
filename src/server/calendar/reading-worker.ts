/** The thread calendars are read in: what is hostile in one costs this thread, not the server. */
import { parentPort } from 'node:worker_threads';
import type { ReadingRequest } from './contract.ts';
import { readSource } from './read-source.ts';

parentPort?.on('message', (request: ReadingRequest) => {
  void readSource(request).then((answer) => parentPort?.postMessage(answer));
});
