import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { CannotOpen, FILE, openDatabase } from './database.ts';

const MODULE = { name: 'things', migrations: ['CREATE TABLE things (name TEXT) STRICT'] };
const newFolder = (): string => mkdtempSync(join(tmpdir(), 'parley-store-'));
const whyNot = (open: () => unknown): string => {
  try {
    open();
  } catch (error) {
    if (error instanceof CannotOpen) return error.why;
    throw error;
  }
  return 'opened';
};

describe('a data folder', () => {
  it('belongs to one server at a time; admin commands may look in', () => {
    const folder = newFolder();
    const first = openDatabase(folder, [MODULE]);
    expect(whyNot(() => openDatabase(folder, [MODULE]))).toBe('in-use');
    openDatabase(folder, [MODULE], { shared: true }).close();
    first.close();
    openDatabase(folder, [MODULE]).close();
  });

  it('keeps what was written, and takes further migrations once', async () => {
    const folder = newFolder();
    const first = openDatabase(folder, [MODULE]);
    await first.durable.write(() => first.durable.database.exec("INSERT INTO things VALUES ('a')"));
    first.close();
    const later = {
      ...MODULE,
      migrations: [...MODULE.migrations, 'ALTER TABLE things ADD COLUMN size INTEGER'],
    };
    for (let i = 0; i < 2; i++) {
      const again = openDatabase(folder, [later]);
      expect(again.durable.database.prepare('SELECT * FROM things').all()).toEqual([
        { name: 'a', size: null },
      ]);
      again.close();
    }
    expect(whyNot(() => openDatabase(folder, [MODULE]))).toBe('newer');
  });

  it('that is damaged is named and left alone', async () => {
    const folder = newFolder();
    const first = openDatabase(folder, [MODULE]);
    for (let i = 0; i < 2000; i++) {
      void first.durable.write(() =>
        first.durable.database.exec(`INSERT INTO things VALUES ('${'x'.repeat(50)}')`),
      );
    }
    first.close();
    const path = join(folder, FILE);
    const octets = readFileSync(path);
    // The first pages stay: it opens well and is rotten inside.
    octets.fill(0xff, 9 * 4096, 10 * 4096);
    writeFileSync(path, octets);
    const stop = new DatabaseSync(join(folder, 'server.lock'));
    stop.exec('UPDATE stop SET clean = 0');
    stop.close();
    expect(whyNot(() => openDatabase(folder, [MODULE]))).toBe('damaged');
    expect(readFileSync(path).equals(octets)).toBe(true);
  });

  it('that is no database, or no folder, is named', () => {
    const folder = newFolder();
    writeFileSync(
      join(folder, FILE),
      'a letter to my grandmother, long enough to be no header of a database file at all',
    );
    expect(whyNot(() => openDatabase(folder, [MODULE]))).toBe('damaged');
    writeFileSync(join(folder, 'file'), '');
    expect(whyNot(() => openDatabase(join(folder, 'file', 'data'), [MODULE]))).toBe('unwritable');
    mkdirSync(join(folder, 'other', FILE), { recursive: true });
    expect(whyNot(() => openDatabase(join(folder, 'other'), [MODULE]))).toBe('unwritable');
  });
});

describe('writes of one tick', () => {
  it('share a transaction, and one that fails undoes only itself', async () => {
    const database = openDatabase(':memory:', [MODULE]);
    const { durable } = database;
    const insert = durable.database.prepare('INSERT INTO things VALUES (?)');
    const results = await Promise.allSettled([
      durable.write(() => insert.run('a').changes),
      durable.write(() => {
        insert.run('b');
        throw new Error('no');
      }),
      durable.write(() => insert.run('c').changes),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    const names = durable.database.prepare('SELECT name FROM things').all();
    expect(names).toEqual([{ name: 'a' }, { name: 'c' }]);
    database.close();
  });

  it('are all refused when the disk is full, and the next succeed', async () => {
    const database = openDatabase(':memory:', [MODULE]);
    const { durable } = database;
    durable.database.exec('PRAGMA max_page_count = 8');
    const big = () =>
      durable.write(() => durable.database.prepare('INSERT INTO things VALUES (?)').run('x'.repeat(100_000)));
    const results = await Promise.allSettled([big(), big()]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    durable.database.exec('PRAGMA max_page_count = 1000');
    await big();
    expect(durable.database.prepare('SELECT count(*) AS n FROM things').get()).toEqual({ n: 1 });
    database.close();
  });

  it('are committed by close', () => {
    const folder = newFolder();
    const first = openDatabase(folder, [MODULE]);
    void first.quick.write(() => first.quick.database.exec("INSERT INTO things VALUES ('last')"));
    first.close();
    const again = openDatabase(folder, [MODULE]);
    expect(again.durable.database.prepare('SELECT name FROM things').all()).toEqual([{ name: 'last' }]);
    again.close();
  });
});
