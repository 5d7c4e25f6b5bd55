import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { RecordStorage } from '@store/core/driver';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freshSchema, query, url } from '../test/fresh-schema.ts';
import { freshStorage, repeating } from '../test/fresh-storage.ts';
import { keyOf, now, sessionRecord } from '../test/session-record.ts';

const rounds = 200;
const mark = (name: string, version: number) =>
  sessionRecord(name, { payload: '{"v":1,"moved":"x"}', idleTimeout: 0, version });

/** Moves `from`, which has this version, to `to`. */
function move(storage: RecordStorage, from: string, version: number, to: string) {
  const next = sessionRecord(to, { subject: 'ann', version: version + 1 });
  return storage.move?.(keyOf(from), version, next, mark(from, version + 1000), now);
}

/** Two pools on one table, as two processes would have. */
async function twoStorages(options: pg.PoolConfig = {}) {
  const schema = freshSchema();
  const [one, other] = [
    await freshStorage({ schema, ...options }),
    await freshStorage({ schema, ...options }),
  ];
  return { schema, one: repeating(one.storage), other: repeating(other.storage) };
}

/** The keys that hold the session rather than a mark. */
async function holders(storage: RecordStorage): Promise<string[]> {
  const records = (await storage.scan?.(undefined, 1000)) ?? [];
  return records.filter(({ idleTimeout }) => idleTimeout !== 0).map(({ key }) => key);
}

describe('move()', () => {
  it('leaves the record under its new key and the mark under the old one', async () => {
    const { storage, sent } = await freshStorage();
    await storage.insert(sessionRecord('a', { subject: 'ann' }), now);
    sent.length = 0;
    expect(await move(storage, 'a', 1, 'b')).toBe(true);
    expect(sent).toHaveLength(1);
    expect(await storage.read(keyOf('a'))).toEqual(mark('a', 1001));
    expect(await storage.read(keyOf('b'))).toEqual(sessionRecord('b', { subject: 'ann', version: 2 }));
  });

  it('writes nothing when the version differs, the record is gone or the new key is taken', async () => {
    const { storage } = await freshStorage();
    const records = [sessionRecord('a'), sessionRecord('b')];
    for (const record of records) await storage.insert(record, now);
    expect(await move(storage, 'a', 7, 'c')).toBe(false);
    expect(await move(storage, 'missing', 1, 'c')).toBe(false);
    expect(await move(storage, 'a', 1, 'b')).toBe(false);
    expect(await storage.scan?.(undefined, 10)).toEqual(records);
  });
});

it('deleteSession() removes any record but a mark, alone and in a batch', async () => {
  const { storage, sent } = await freshStorage();
  for (const name of ['a', 'b', 'c']) await storage.insert(sessionRecord(name), now);
  await storage.insert(mark('m', 5), now);
  sent.length = 0;
  expect(await storage.deleteSession?.(keyOf('a'))).toBe(true);
  expect(sent).toHaveLength(1);
  expect(await storage.deleteSession?.(keyOf('m'))).toBe(false);
  const removals = ['a', 'b', 'm', 'c'].map((name) => storage.deleteSession?.(keyOf(name)));
  expect(await Promise.all(removals)).toEqual([false, true, false, true]);
  expect(await storage.scan?.(undefined, 10)).toEqual([mark('m', 5)]);
});

it('scan() returns every record once, page by page', async () => {
  const { storage } = await freshStorage();
  const names = ['B', '_', 'a', '-', '0', 'Z'];
  for (const name of names) await storage.insert(sessionRecord(name, { expiresAt: 1 }), now);
  const seen: string[] = [];
  for (let after: string | undefined; ; ) {
    const page = (await storage.scan?.(after, 4)) ?? [];
    seen.push(...page.map(({ key }) => key));
    after = page.at(-1)?.key;
    if (page.length < 4) break;
  }
  expect(seen.toSorted()).toEqual(names.map(keyOf).toSorted());
});

describe.each(['read committed', 'serializable'])('two processes, %s', (isolation) => {
  const options = { options: `-c default_transaction_isolation=${isolation.replace(' ', '\\ ')}` };

  it('move ‖ deleteSession: exactly one of them wins', async () => {
    const { one, other } = await twoStorages(options);
    for (let n = 0; n < rounds; n += 1) {
      await one.insert(sessionRecord(`a${n}`, { subject: 'ann' }), now);
      const [moved, removed] = await Promise.all([
        move(one, `a${n}`, 1, `b${n}`),
        other.deleteSession?.(keyOf(`a${n}`)),
      ]);
      expect([moved, removed].filter(Boolean)).toHaveLength(1);
      expect(await one.deleteSession?.(keyOf(`b${n}`))).toBe(moved);
    }
    expect(await holders(one)).toEqual([]);
  });

  it('move ‖ move ‖ deleteSession: one wins, and the session is in at most one place', async () => {
    const { one, other } = await twoStorages(options);
    for (let n = 0; n < rounds; n += 1) {
      await one.insert(sessionRecord(`a${n}`, { subject: 'ann' }), now);
      const results = await Promise.all([
        move(one, `a${n}`, 1, `b${n}`),
        move(other, `a${n}`, 1, `c${n}`),
        other.deleteSession?.(keyOf(`a${n}`)),
      ]);
      expect(results.filter(Boolean)).toHaveLength(1);
      const places = await holders(one);
      expect(places).toEqual(results[0] ? [keyOf(`b${n}`)] : results[1] ? [keyOf(`c${n}`)] : []);
      for (const key of places) expect(await one.deleteSession?.(key)).toBe(true);
    }
  });

  it('deleteBySubject ‖ move: the session is gone wherever it went', async () => {
    const { one, other } = await twoStorages(options);
    for (let n = 0; n < rounds; n += 1) {
      await one.insert(sessionRecord(`a${n}`, { subject: 'ann' }), now);
      const [, removed] = await Promise.all([
        move(one, `a${n}`, 1, `b${n}`),
        other.deleteBySubject?.('ann', {}),
      ]);
      expect(removed).toBe(1);
      expect(await holders(one)).toEqual([]);
    }
  });
});

it('a deleteBySubject and a deleteSession that wait for a move find the moved session', async () => {
  const { one, other, schema } = await twoStorages();
  await one.insert(sessionRecord('a', { subject: 'ann' }), now);
  const blocker = new pg.Client({ connectionString: url });
  await blocker.connect();
  onTestFinished(() => blocker.end());
  const table = `${pg.escapeIdentifier(schema)}.sessions`;
  await blocker.query(`begin; select from ${table} where key = '${keyOf('a')}' for update`);
  const waiting = async (count: number) => {
    const text = `select count(*)::int as count from pg_stat_activity where wait_event_type = 'Lock' and query like '%' || $1 || '%'`;
    await expect.poll(() => query(text, [schema.slice(6, 20)])).toEqual([{ count }]);
  };
  const moving = move(one, 'a', 1, 'b');
  await waiting(1);
  const removing = other.deleteSession?.(keyOf('a'));
  await waiting(2);
  const ending = other.deleteBySubject?.('ann', {});
  await waiting(3);
  await blocker.query('rollback');
  expect(await Promise.all([moving, removing, ending])).toEqual([true, false, 1]);
  expect(await holders(one)).toEqual([]);
});

describe('a process that dies while it moves a session', () => {
  /** A chain of moves in a separate process, which reports how far it got. */
  async function mover(schema: string) {
    const path = join(import.meta.dirname, '..', 'test', 'mover.ts');
    const child = spawn(process.execPath, [path, url, schema], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    let acknowledged = -1;
    child.stdout.on('data', (lines) => {
      acknowledged = Number(String(lines).trim().split('\n').at(-1));
    });
    return { child, acknowledged: () => acknowledged };
  }

  it('leaves it under exactly one key, the last acknowledged one or a later one, when killed with SIGKILL', async () => {
    for (let n = 0; n < 10; n += 1) {
      const { storage, schema } = await freshStorage();
      await storage.insert(sessionRecord('m0', { subject: 'ann' }), now);
      const { child, acknowledged } = await mover(schema);
      await expect.poll(acknowledged, { interval: 1 }).toBeGreaterThan(10 + n * 7);
      child.kill('SIGKILL');
      await once(child, 'exit');
      const application = `mover ${schema.slice(6, 20)}`;
      const left = 'select count(*)::int as count from pg_stat_activity where application_name = $1';
      await expect.poll(() => query(left, [application])).toEqual([{ count: 0 }]);
      const places = await holders(storage);
      expect(places).toHaveLength(1);
      const place = Number(/^m(\d+)_/.exec(places[0] ?? '')?.[1]);
      expect(place).toBeGreaterThanOrEqual(acknowledged());
      expect(await storage.scan?.(undefined, 1000)).toHaveLength(place + 1);
      expect(await storage.deleteBySubject?.('ann', {})).toBe(1);
    }
  });

  it('leaves it in exactly one place when pg_terminate_backend ends its connection, hundreds of times', async () => {
    const { schema, one } = await twoStorages();
    const application = `moving ${schema.slice(6, 20)}`;
    const { storage } = await freshStorage({ schema, application_name: application });
    await one.insert(sessionRecord('m0', { subject: 'ann' }), now);
    let at = 0;
    let running = true;
    let failures = 0;
    const moving = (async () => {
      while (running) {
        const attempt = Promise.resolve(move(storage, `m${at}`, at + 1, `m${at + 1}`));
        const won = await attempt.catch(() => undefined);
        if (won === true) at += 1;
        else {
          failures += 1;
          // The outcome is ambiguous: look at the record.
          if ((await one.read(keyOf(`m${at}`)))?.idleTimeout === 0) at += 1;
        }
        if ((await holders(one)).length !== 1) throw new Error('not in exactly one place');
        await one.deleteExpired(0, 500);
        if (at > 500) running = false;
      }
    })();
    const kill =
      'select count(pg_terminate_backend(pid))::int as count from pg_stat_activity where application_name = $1';
    let killed = 0;
    while (running && killed < rounds) killed += Number((await query(kill, [application]))[0]?.count);
    running = false;
    await moving;
    expect(killed).toBeGreaterThan(0);
    expect(await holders(one)).toEqual([keyOf(`m${at}`)]);
    expect(failures).toBeLessThanOrEqual(killed);
  });
});
