import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Contender, contendersOf, type OpenContender } from '../../contender.ts';
import { countView, sessionContent, sessionId } from '../../workload/content.ts';
import { databasePath } from './database-file.ts';
import { sqlite } from './sqlite.ts';

const id = sessionId(1);
const content = sessionContent(1);

/** Every row of the database, read behind the contender's back. */
function everyRow(directory: string): string {
  const database = new Database(databasePath(directory), { readonly: true });
  const tables = database
    .prepare("select name from sqlite_schema where type = 'table' and name not like '%migration%'")
    .pluck()
    .all() as string[];
  const rows = tables.flatMap((table) => database.prepare(`select * from ${table}`).all());
  database.close();
  return JSON.stringify(rows);
}

describe.each(contendersOf(sqlite))('$name', ({ open }: Contender) => {
  let directory: string;
  let store: OpenContender;
  const load = async (wanted: string) => store.contentOf(await store.load(wanted));

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'store-bench-'));
    store = await open(directory);
  });
  afterEach(async () => {
    vi.useRealTimers();
    await store.close();
    rmSync(directory, { recursive: true });
  });

  it('gives back what was saved, from the file', async () => {
    await store.saveNew(id, content);
    expect(await load(id)).toEqual(content);
    expect(everyRow(directory)).toContain('maria.anders.1@example.com');
  });

  it('finds nothing under an id that was never saved', async () => {
    await store.saveNew(id, content);
    expect((await load(sessionId(2))) ?? undefined).toBeUndefined();
  });

  it('keeps the later of two saves, in one row', async ({ skip }) => {
    if (!store.saveOver) return skip('it cannot write a session twice');
    await store.saveNew(id, content);
    await store.saveOver(id, sessionContent(2));
    expect(await load(id)).toEqual(sessionContent(2));
    expect(store.rows()).toBe(1);
  });

  it('writes what a request makes of the session it loaded', async ({ skip }) => {
    if (!store.update) return skip('it cannot write a session twice');
    await store.saveNew(id, content);
    for (let request = 1; request <= 3; request++) await store.update(id, await store.load(id), countView);
    expect((await load(id))?.data).toEqual({ ...content.data, views: 3 });
  });

  it('moves the end of a touched session and leaves its content', async ({ skip }) => {
    if (!store.touch) return skip('it has no touch');
    await store.saveNew(id, content);
    const before = everyRow(directory);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 600_000 });
    await store.touch(id, await store.load(id));
    expect(everyRow(directory)).not.toBe(before);
    expect(await load(id)).toEqual(content);
  });

  it('removes the row of a destroyed session, and no other', async () => {
    await store.saveNew(id, content);
    await store.saveNew(sessionId(2), sessionContent(2));
    expect(store.rows()).toBe(2);
    await store.destroy(id);
    expect(store.rows()).toBe(1);
    expect((await load(id)) ?? undefined).toBeUndefined();
    expect(await load(sessionId(2))).toEqual(sessionContent(2));
  });

  it('removes expired sessions when it collects garbage, and finds them no more before', async ({ skip }) => {
    if (!store.gc || !store.saveExpired) return skip('it has no garbage collection');
    await store.saveNew(id, content);
    await store.saveExpired(sessionId(2), content);
    expect(store.rows()).toBe(2);
    expect((await load(sessionId(2))) ?? undefined).toBeUndefined();
    await store.gc();
    expect(store.rows()).toBe(1);
    expect(await load(id)).toEqual(content);
  });
});
