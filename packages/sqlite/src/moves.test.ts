import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSessionId } from '@store/core';
import { sessionKey } from '@store/core/driver';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { keyOf, sessionRecord } from '../test/session-record.ts';
import { temporaryDatabase } from '../test/temporary-database.ts';
import { temporaryStorage } from '../test/temporary-storage.ts';
import { borrowDatabase, openDatabase } from './connection/open-database.ts';
import { migrateToLatest } from './schema/migrate.ts';
import { createSqliteStorage } from './sqlite-storage.ts';
import { startSession } from './start-session.ts';

const next = sessionRecord('new', { version: 2 });
const mark = sessionRecord('old', { version: 3, idleTimeout: 0, payload: '{"v":1,"moved":"x"}' });

describe('move', () => {
  it('stores the record under the new key and leaves the mark under the old one', async () => {
    const { storage } = temporaryStorage();
    await storage.insert(sessionRecord('old', { subject: 'ann' }), 0);
    expect(await storage.move?.(keyOf('old'), 1, next, mark, 0)).toBe(true);
    expect(await storage.read(keyOf('new'))).toEqual(next);
    expect(await storage.read(keyOf('old'))).toEqual(mark);
    expect(await storage.listBySubject?.('ann')).toEqual([]);
  });

  it('writes nothing when the version has changed, the record is missing, or the new key is taken', async () => {
    const { storage } = temporaryStorage();
    expect(await storage.move?.(keyOf('old'), 1, next, mark, 0)).toBe(false);
    await storage.insert(sessionRecord('old'), 0);
    expect(await storage.move?.(keyOf('old'), 7, next, mark, 0)).toBe(false);
    await storage.insert(sessionRecord('new', { version: 9 }), 0);
    expect(await storage.move?.(keyOf('old'), 1, next, mark, 0)).toBe(false);
    expect(await storage.scan?.(undefined, 10)).toEqual([
      sessionRecord('new', { version: 9 }),
      sessionRecord('old'),
    ]);
  });

  it.each([1, 5])('writes nothing when the mark cannot be written, %i at a time', async (together) => {
    const { database, storage } = temporaryStorage();
    database.exec(`create trigger no_marks before insert on sessions when new.idle_timeout = 0
      begin select raise(abort, 'no marks here'); end`);
    const names = Array.from({ length: together }, (_, n) => `old ${n}`);
    for (const name of names) await storage.insert(sessionRecord(name), 0);
    const moves = names.map(async (name) =>
      storage.move?.(
        keyOf(name),
        1,
        { ...next, key: keyOf(`new ${name}`) },
        { ...mark, key: keyOf(name) },
        0,
      ),
    );
    for (const { status } of await Promise.allSettled(moves)) expect(status).toBe('rejected');
    expect(await storage.scan?.(undefined, 10)).toEqual(names.map((name) => sessionRecord(name)));
    expect(database.inTransaction).toBe(false);
  });

  it('commits together with the other writes of its group', async () => {
    const path = temporaryDatabase();
    const connection = openDatabase(path, () => {});
    onTestFinished(() => connection.close());
    connection.configure();
    migrateToLatest(connection.database, 'sessions');
    const storage = createSqliteStorage(connection, 'sessions', 5);
    const outcomes = await Promise.all([
      storage.insert(sessionRecord('old'), 0),
      storage.move?.(keyOf('old'), 1, next, mark, 0),
      storage.replace(keyOf('new'), 2, { ...next, version: 4 }, 0),
      storage.deleteSession?.(keyOf('old')),
      storage.deleteSession?.(keyOf('new')),
      storage.deleteSession?.(keyOf('new')),
    ]);
    expect(outcomes).toEqual([true, true, true, false, true, false]);
  });

  it('waits while another connection writes, and then sees what it wrote', async () => {
    const path = temporaryDatabase();
    const database = new Database(path, { timeout: 0 });
    const other = new Database(path);
    onTestFinished(() => [database, other].forEach((each) => void each.close()));
    migrateToLatest(database, 'sessions');
    const storage = createSqliteStorage(borrowDatabase(database), 'sessions', 60);
    await storage.insert(sessionRecord('old'), 0);
    other.exec('begin immediate; update sessions set version = 5 where version = 1');
    const moved = storage.move?.(keyOf('old'), 1, next, mark, 0);
    other.exec('commit');
    expect(await moved).toBe(false);
  });
});

describe('scan', () => {
  it('pages through all records by key, returning each once', async () => {
    const { storage } = temporaryStorage();
    const names = Array.from({ length: 25 }, (_, n) => `s${n}`);
    for (const name of names) await storage.insert(sessionRecord(name), 0);
    const seen: string[] = [];
    for (let after: string | undefined; ; after = seen.at(-1)) {
      const page = (await storage.scan?.(after, 10)) ?? [];
      seen.push(...page.map(({ key }) => key));
      if (page.length < 10) break;
    }
    expect(seen).toEqual(names.map(keyOf).sort());
  });
});

function run(fixture: string, ...args: string[]) {
  const path = join(import.meta.dirname, '..', 'test', fixture);
  const child = spawn(process.execPath, [path, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return { child, ended: once(child, 'close') };
}

function runRace(path: string, what: string) {
  const { child, ended } = run('race-moves.ts', path, what);
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return { child, line: async () => (await lines.next()).value as string, ended };
}

describe('moves by several processes', { timeout: 300_000 }, () => {
  it('leave the session under exactly one id, with its mark, no matter when the process is killed', async () => {
    const path = temporaryDatabase();
    const store = await startSession({ database: path, cache: false });
    onTestFinished(() => store.close());
    const look = new Database(path, { readonly: true });
    onTestFinished(() => void look.close());
    const rows = look.prepare<[string], { payload: string }>('select payload from sessions where key = ?');
    const isMark = (id: string) => rows.get(sessionKey(id))?.payload.includes('"moved"');

    for (let round = 0; round < 20; round++) {
      const ids = Array.from({ length: 4 }, () => createSessionId());
      for (const id of ids) await store.save(id, { round }, {});
      const mover = run('move-sessions.ts', path, ...ids);
      let printed = '';
      mover.child.stdout.on('data', (chunk) => {
        printed += chunk;
      });
      await once(mover.child.stdout, 'data');
      await sleep(Math.random() * 40);
      mover.child.kill('SIGKILL');
      await mover.ended;
      const lines = printed.split('\n').slice(0, -1);
      for (const first of ids) {
        const chain = [first];
        for (const line of lines) {
          const [from, to = ''] = line.split(' ');
          if (from === chain.at(-1) && to.length > 5) chain.push(to);
        }
        const loaded = await Promise.all(chain.map((id) => store.load(id)));
        expect(loaded.filter(({ exists }) => exists).map(({ data }) => data)).toEqual([{ round }]);
        const alive = loaded.findIndex(({ exists }) => exists);
        // The process was killed either before or after its last move.
        expect(alive).toBeGreaterThanOrEqual(chain.length - 2);
        for (const given of chain.slice(0, alive)) expect(isMark(given)).toBe(true);
        const wasMoved = lines.filter((line) => line === `${chain.at(-2)} moved`).length === 1;
        if (wasMoved) expect(alive).toBe(chain.length - 1);
        await store.destroy(first);
        expect(await Promise.all(chain.map(async (id) => (await store.load(id)).exists))).not.toContain(true);
      }
    }
  });

  it('never leave a session alive if another process has destroyed its old id', async () => {
    const path = temporaryDatabase();
    const store = await startSession({ database: path, cache: false, busyTimeout: 60 });
    onTestFinished(() => store.close());
    const processes = [runRace(path, 'move'), runRace(path, 'destroy')];
    for (const { line } of processes) expect(await line()).toBe('ready');
    const outcomes = new Set<string>();
    for (let round = 0; round < 300; round++) {
      const [id, newId] = [createSessionId(), createSessionId()];
      await store.save(id, { round }, {});
      // Alternate which process goes first.
      const order = round % 2 ? processes : [...processes].reverse();
      for (const { child } of order) child.stdin.write(`${id} ${newId}\n`);
      const [moved = ''] = await Promise.all(processes.map(({ line }) => line()));
      outcomes.add(moved);
      expect((await store.load(id)).exists).toBe(false);
      expect((await store.load(newId)).exists).toBe(false);
    }
    for (const { child } of processes) child.stdin.end();
    await Promise.all(processes.map(({ ended }) => ended));
    expect([...outcomes].sort()).toEqual(['false', 'true']);
  });
});
