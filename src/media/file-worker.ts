/**
 * The worker of one file: reads and hashes what is sent, hashes and writes what is received, makes small pictures. One
 * job after another, so that octets land in the order they came.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { FOLDER, type FileNews, type FilePlace, type FileWork } from './file-work.ts';
import { makeThumbnail } from './thumbnail.ts';

/** What this file needs of a worker, which the types of a page do not have. */
interface Worker_ {
  onmessage: ((event: MessageEvent<FileWork>) => void) | null;
  postMessage(news: FileNews): void;
}
interface SyncHandle {
  write(octets: Uint8Array, options: { at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}
/** Where octets go: a synchronous handle of this browser's disk, or a stream into a file of the person. */
interface Target {
  write(octets: Uint8Array<ArrayBuffer>): Promise<void> | void;
  keep(): Promise<void> | void;
  drop(): Promise<void> | void;
}

const worker = globalThis as unknown as Worker_;
const READ = 4_194_304;

const digest = sha256.create();
let target: Target | null = null;
let isFull = false;
let turn: Promise<unknown> = Promise.resolve();

worker.onmessage = ({ data }) => {
  turn = turn.then(() => work(data)).catch(() => fail());
};

function work(data: FileWork): Promise<void> | void {
  switch (data.do) {
    case 'hash':
      return hash(data.file);
    case 'thumbnail':
      return makeThumbnail(data.file).then((made) => worker.postMessage({ is: 'thumbnail', data: made }));
    case 'open':
      return open(data.place).then((opened) => {
        target = opened;
      });
    case 'write':
      return write(new Uint8Array(data.buffer, data.from, data.to - data.from));
    case 'finish':
      return finish(data.hash);
    case 'abort':
      return drop();
  }
}

async function hash(file: Blob): Promise<void> {
  try {
    for (let at = 0; at < file.size; at += READ) {
      digest.update(new Uint8Array(await file.slice(at, at + READ).arrayBuffer()));
      worker.postMessage({ is: 'hashing', octets: Math.min(at + READ, file.size) });
    }
    worker.postMessage({ is: 'hashed', hash: bytesToHex(digest.digest()) });
  } catch {
    worker.postMessage({ is: 'hashed', hash: null });
  }
}

async function open(place: FilePlace): Promise<Target> {
  if ('handle' in place) {
    const stream = await place.handle.createWritable();
    // Nothing of the file changes before it is closed.
    return {
      write: (octets) => stream.write(octets),
      keep: () => stream.close(),
      drop: () => stream.abort(),
    };
  }
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle(FOLDER, { create: true });
  const file = await folder.getFileHandle(place.name, { create: true });
  const handle = await (
    file as unknown as { createSyncAccessHandle(): Promise<SyncHandle> }
  ).createSyncAccessHandle();
  handle.truncate(0);
  let at = 0;
  return {
    write(octets) {
      if (handle.write(octets, { at }) !== octets.length) throw new Error('the disk is full');
      at += octets.length;
    },
    keep() {
      handle.flush();
      handle.close();
    },
    async drop() {
      handle.close();
      await folder.removeEntry(place.name);
    },
  };
}

function write(octets: Uint8Array<ArrayBuffer>): Promise<void> | void {
  if (isFull || !target) return;
  digest.update(octets);
  return target.write(octets);
}

async function finish(wanted: string | null): Promise<void> {
  if (isFull || !target) return;
  const found = bytesToHex(digest.digest());
  if (wanted !== null && found !== wanted) {
    await drop();
    return worker.postMessage({ is: 'damaged' });
  }
  await target.keep();
  target = null;
  worker.postMessage({ is: 'kept', hash: found });
}

async function drop(): Promise<void> {
  const dropped = target;
  target = null;
  await dropped?.drop();
}

async function fail(): Promise<void> {
  if (isFull) return;
  isFull = true;
  await drop().catch(() => undefined);
  worker.postMessage({ is: 'full' });
}
