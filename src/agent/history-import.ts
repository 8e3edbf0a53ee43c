/**
 * Brings an exported history in: the complete part only, row by row, without what is here already. The file may be
 * anybody's work: nothing of it is believed, and there is an end to what is unpacked.
 */
import { Unzip, UnzipInflate } from 'fflate';
import type { StoredConversation, StoredMessage } from '../store/rows.ts';
import type { Vault, Write } from '../store/vault.ts';
import type { Aor, Outcome } from './contract.ts';
import { HISTORY_FILE, type HistoryLine } from './core/history-file.ts';
import { readLine } from './core/history-line.ts';
import type { Keeper } from './env.ts';
import type { FromHistory } from './from-history.ts';

export interface ImportDeps {
  readonly vault: Pick<Vault, 'message' | 'call'>;
  readonly keeper: Keeper;
  readonly from: FromHistory;
  readonly me: Aor;
}

/** Octets of the file, of what it unpacks to, of one line; rows. */
const LARGEST_FILE = 2 * 1024 ** 3;
const LARGEST = 1024 ** 3;
const LONGEST_LINE = 2 * 1024 ** 2;
const MOST_ROWS = 5_000_000;
/** Read at once: what it may unpack to at most fits in memory. */
const CHUNK = 16 * 1024;
const BATCH = 500;

export type Imported = { readonly added: number; readonly known: number; readonly left: number };

export async function importHistory(deps: ImportDeps, file: Blob): Promise<Outcome<Imported>> {
  if (file.size > LARGEST_FILE) return refuse('This file is too large to be a history of Parley.');
  const take = createTaking(deps);
  const text = new TextDecoder('utf-8');
  let octets = 0;
  let rest = '';
  let lines: string[] = [];
  let isFound = false;
  let problem: string | null = null;
  const unzip = new Unzip((part) => {
    // Names lead nowhere: one part is read, by its whole name, and nothing is written by a name of the file.
    if (part.name !== HISTORY_FILE || isFound) return;
    isFound = true;
    part.ondata = (error, chunk, isLast) => {
      if (error) problem = 'This file is damaged.';
      if (problem !== null) return;
      octets += chunk.length;
      if (octets > LARGEST) {
        problem = 'This file unpacks to more than a history can be. Nothing more was taken from it.';
        return;
      }
      rest += text.decode(chunk, { stream: !isLast });
      const found = rest.split('\n');
      rest = found.pop() ?? '';
      if (rest.length > LONGEST_LINE) problem = 'This is no history of Parley.';
      lines.push(...found);
    };
    part.start();
  });
  unzip.register(UnzipInflate);
  try {
    for (let at = 0; at < file.size && problem === null; at += CHUNK) {
      const bytes = new Uint8Array(await file.slice(at, at + CHUNK).arrayBuffer());
      unzip.push(bytes, at + CHUNK >= file.size);
      const ready = lines;
      lines = [];
      problem ??= await take.lines(ready);
    }
  } catch {
    problem ??= 'This file is no ZIP file that Parley can read.';
  }
  if (problem === null && !isFound)
    problem = 'There is no history in this file. Choose one that Parley has exported.';
  if (problem === null && rest !== '') problem = await take.lines([rest]);
  problem ??= await take.end();
  return problem === null ? { ok: true, value: take.count() } : refuse(problem);
}

function refuse(why: string): Outcome<never> {
  return { ok: false, why };
}

interface Taking {
  /** A sentence when it must end. */
  lines(lines: readonly string[]): Promise<string | null>;
  end(): Promise<string | null>;
  count(): Imported;
}

function createTaking({ vault, keeper, from, me }: ImportDeps): Taking {
  let isOpen = false;
  let [rows, added, known, left] = [0, 0, 0, 0];
  let messages: StoredMessage[] = [];
  const about = new Map<string, Pick<StoredConversation, 'subject' | 'note'>>();

  async function flush(): Promise<string | null> {
    const batch = messages;
    messages = [];
    const outcome = await from.adopt(batch, about);
    about.clear();
    if (outcome === null) return 'This device could not keep more. What was read so far stays.';
    added += outcome;
    known += batch.length - outcome;
    return null;
  }

  async function one(line: HistoryLine): Promise<string | null> {
    switch (line.is) {
      case 'parley-history':
        if (line.aor !== me)
          return `This is the history of ${line.aor.replace(/^sip:/, '')}. You are signed in as ${me.replace(/^sip:/, '')}.`;
        isOpen = true;
        return null;
      case 'conversation':
        about.set(line.row.id, line.row);
        return null;
      case 'message':
        messages.push(line.row);
        return messages.length >= BATCH ? flush() : null;
      case 'call': {
        const there = await vault.call(line.row.id);
        if (there) {
          known += 1;
          return null;
        }
        const write: Write = { put: 'calls', row: line.row };
        const kept = await keeper.inTurn(() => keeper.keep([write]));
        if (kept.is === 'done') added += 1;
        return kept.is === 'done' ? null : 'This device could not keep more. What was read so far stays.';
      }
    }
  }

  return {
    async lines(texts) {
      for (const text of texts) {
        if (text.trim() === '') continue;
        rows += 1;
        if (rows > MOST_ROWS)
          return (await flush()) ?? 'This file has more than five million rows. The rest was left out.';
        const line = text.length > LONGEST_LINE ? null : readLine(text, me);
        if (!isOpen && line?.is !== 'parley-history') return 'This is no history of Parley.';
        if (line === null) left += 1;
        else {
          const problem = await one(line);
          if (problem !== null) return problem;
        }
      }
      return null;
    },
    end: () => (messages.length > 0 || about.size > 0 ? flush() : Promise.resolve(null)),
    count: () => ({ added, known, left }),
  };
}
