import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Awaitable } from '@store/core';
import Database from 'better-sqlite3';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Backend, type Contender, contendersOf, type OpenContender } from '../contender.ts';
import { sessionContent, sessionId } from '../workload/content.ts';
import { request } from '../workload/operations.ts';
import { cookie, withCookies } from './cookie/cookie.ts';
import { core } from './core/core.ts';
import { file } from './file/file.ts';
import { postgres } from './postgres/postgres.ts';
import { schemaOf } from './postgres/postgres-contender.ts';
import { borrowServer } from './postgres/server.ts';
import { databasePath } from './sqlite/database-file.ts';
import { sqlite } from './sqlite/sqlite.ts';

const id = sessionId(1);
const other = sessionId(2);
const content = sessionContent(1);

/** Reads everything that a backend holds for the contender in this directory, bypassing the contender itself. */
type EveryRow = (directory: string) => Awaitable<string>;

/** Every file with its modification time, where some contenders store the expiry. */
const everyFile: EveryRow = (directory) =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => `${path} ${statSync(path).mtimeMs} ${readFileSync(path, 'utf8')}`)
    .join('\n');

const everySqliteRow: EveryRow = (directory) => {
  const database = new Database(databasePath(directory), { readonly: true });
  const tables = database
    .prepare("select name from sqlite_schema where type = 'table' and name not like '%migration%'")
    .pluck()
    .all() as string[];
  const rows = tables.flatMap((table) => database.prepare(`select * from ${table}`).all());
  database.close();
  return JSON.stringify(rows);
};

const everyPostgresRow: EveryRow = async (directory) => {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
       where schemaname = $1 and tablename not like '%migration%'`,
      [schemaOf(directory)],
    );
    const found = [];
    for (const { name } of tables) found.push((await client.query(`select * from ${name}`)).rows);
    return JSON.stringify(found);
  } finally {
    await client.end();
  }
};

let parent: string;
let server: Awaited<ReturnType<typeof borrowServer>>;

// The server is borrowed for all tests, so that it doesn't restart for each one.
beforeAll(async () => {
  parent = mkdtempSync(join(tmpdir(), 'store-bench-'));
  server = await borrowServer(join(parent, 'all'));
});
afterAll(async () => {
  await server?.giveBack();
  rmSync(parent, { recursive: true });
});

const backends: [string, Backend, EveryRow | undefined][] = [
  ['SQLite', sqlite, everySqliteRow],
  ['PostgreSQL', postgres, everyPostgresRow],
  ['files', file, everyFile],
  // With these contenders, nothing is stored at rest.
  ['a Map', core, undefined],
  ['cookies', cookie, undefined],
];

describe.each(backends)('on %s', (_title, backend, everyRow) => {
  it('names each contender once, with a bare line and its control', () => {
    const { baseline, lines, collectors } = backend;
    const names = contendersOf(backend).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(lines.slice(0, 2).map(({ kind }) => kind)).toEqual(['bare', 'control']);
    expect(lines[0]).toBe(baseline);
    for (const collector of collectors) expect(lines).toContain(collector);
  });

  describe.each(contendersOf(backend))('$name', ({ open }: Contender) => {
    let directory: string;
    let store: OpenContender;
    const load = async (wanted: string) => store.contentOf(await store.load(wanted)) ?? undefined;

    beforeEach(async () => {
      directory = mkdtempSync(join(parent, 'contender-'));
      store = await open(directory);
    });
    afterEach(async () => {
      vi.useRealTimers();
      await store.close?.();
      rmSync(directory, { recursive: true });
    });

    it('returns what was saved', async () => {
      await store.save(id, content);
      expect(await load(id)).toEqual(content);
    });

    it('finds nothing under an id that was never saved', async () => {
      await store.save(id, content);
      expect(await load(other)).toBeUndefined();
    });

    it('keeps the later of two saves, as one session', async ({ skip }) => {
      if (store.writeOnce) return skip('it cannot write a session twice');
      await store.save(id, content);
      await store.save(id, sessionContent(2));
      expect(await load(id)).toEqual(sessionContent(2));
      expect(await store.rows()).toBe(1);
    });

    it("writes a request's change to the session it loaded", async ({ skip }) => {
      if (store.writeOnce) return skip('it cannot write a session twice');
      await store.save(id, content);
      for (let count = 1; count <= 3; count++) await request(store, id);
      expect((await load(id))?.data).toEqual({ ...content.data, views: 3 });
      expect(await store.rows()).toBe(1);
    });

    it('removes a destroyed session, and no others', async () => {
      await store.save(id, content);
      await store.save(other, sessionContent(2));
      expect(await store.rows()).toBe(2);
      await store.destroy(id);
      expect(await store.rows()).toBe(1);
      expect(await load(id)).toBeUndefined();
      expect(await load(other)).toEqual(sessionContent(2));
    });

    it('holds every session saved in bulk, even after its maintenance', async () => {
      const save = async () => {
        await Promise.all([store.save(id, content), store.save(other, sessionContent(2))]);
      };
      await (store.bulk ? store.bulk(save) : save());
      await store.maintain?.();
      expect(await store.rows()).toBe(2);
      expect(await load(id)).toEqual(content);
    });

    if (!everyRow) return;

    it('stores what was saved', async () => {
      await store.save(id, content);
      expect(await everyRow(directory)).toContain('maria.anders.1@example.com');
    });

    it('updates the expiry of a touched session and leaves its content unchanged', async ({ skip }) => {
      if (!store.touch) return skip('it has no touch');
      await store.save(id, content);
      const before = await everyRow(directory);
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 600_000 });
      await store.touch(id, await store.load(id));
      expect(await everyRow(directory)).not.toBe(before);
      expect(await load(id)).toEqual(content);
    });

    it('no longer finds expired sessions, and removes them when it collects garbage', async ({ skip }) => {
      if (!store.gc) return skip('it has no garbage collection');
      await store.save(id, content);
      await store.save(other, content, Date.now() - 86_400_000);
      expect(await store.rows()).toBe(2);
      expect(await load(other)).toBeUndefined();
      await store.gc();
      expect(await store.rows()).toBe(1);
      expect(await load(id)).toEqual(content);
    });
  });
});

describe('withCookies', () => {
  it('returns what was sealed and nothing else', async () => {
    const opened: string[] = [];
    const store = await withCookies(() => ({
      seal: (_, value) => `AA${JSON.stringify(value)}`,
      open(text) {
        opened.push(text);
        return JSON.parse(text.slice(2));
      },
    }))('');
    await store.save(id, content);
    expect(await store.load(id)).toEqual(content);
    expect(opened).toEqual([`AA${JSON.stringify(content)}`]);
    await store.destroy(id);
    expect(store.rows()).toBe(0);
  });
});
