import { hash } from 'node:crypto';
import { join } from 'node:path';
import type { SessionContent, SessionData, SessionStore } from '@store/core';
import type { DirectStore, RecordStorage, SessionRecord } from '@store/core/driver';
import { borrowServer } from '../contenders/postgres/server.ts';
import type { ImportBuilt } from './built-imports.ts';

/** Runs one block of an operation, on sessions that begin at a place of their own. */
export type Block = (from: number) => Promise<void>;

/** One build's operations, by name. */
export interface OpenSubject {
  operations: { [operation: string]: Block };
  close(): Promise<void>;
}

/** What two builds are compared by: core on a storage that costs next to nothing, or a driver on its backend. */
export interface Subject {
  name: string;
  /** How many operations a block has. */
  block: number;
  /** The same reads without a store, for an operation that has such. */
  bare?: { [operation: string]: Block };
  open(imported: ImportBuilt, directory: string): Promise<OpenSubject>;
}

const count = 1000;
const ids = Array.from({ length: count }, (_, n) => hash('sha256', `session ${n}`, 'base64url'));
const idAt = (n: number) => ids[(n * 7919) % count] as string;

function contentOf(n: number): SessionData {
  const cart = Array.from({ length: 4 }, (_, line) => ({ sku: `sku-${n}-${line}`, count: line }));
  return { user: { id: n, name: 'ada', roles: ['a', 'b'] }, cart, seen: 'x'.repeat(60) };
}

const setOne = (n: number) => (content: SessionContent) => ({
  data: { ...content.data, n },
  flash: content.flash,
});

/** A block of that many operations, one after another. */
const repeat = (times: number, one: (n: number) => unknown): Block => {
  return async (from) => {
    for (let n = from; n < from + times; n++) await one(n);
  };
};

async function storeOperations(store: SessionStore, block: number): Promise<OpenSubject['operations']> {
  for (const [n, id] of ids.entries()) await store.save(id, contentOf(n), {});
  const data = contentOf(3);
  return {
    load: repeat(block, (n) => store.load(idAt(n))),
    'save over': repeat(block, (n) => store.save(idAt(n), data, {})),
    'load, update': repeat(block, async (n) => {
      const base = await store.load(idAt(n));
      await store.update(base.id, setOne(n), { base });
    }),
    update: repeat(block, (n) => store.update(idAt(n), setOne(n))),
    touch: repeat(block, (n) => store.touch(idAt(n))),
    'save new, destroy': repeat(block, async (n) => {
      const id = hash('sha256', `another ${n}`, 'base64url');
      await store.save(id, data, {});
      await store.destroy(id);
    }),
    'loads in flight': async (from) => {
      await Promise.all(Array.from({ length: block }, (_, n) => store.load(idAt(from + n))));
    },
  };
}

/** The least that a storage can do, the same for every build. */
function mapStorage(records: Map<string, SessionRecord>): RecordStorage {
  return {
    read: (key) => {
      const record = records.get(key);
      return record && { ...record };
    },
    insert: (record) => !records.has(record.key) && records.set(record.key, record).has(record.key),
    replace(key, version, next) {
      if (records.get(key)?.version !== version) return false;
      records.set(key, next);
      return true;
    },
    touch(key, _now, expiresAt) {
      const record = records.get(key);
      if (record) records.set(key, { ...record, expiresAt });
      return record !== undefined;
    },
    save: (record) => records.set(record.key, record).has(record.key),
    delete: (key) => void records.delete(key),
    deleteExpired: () => 0,
  };
}

function core(): Subject {
  const block = 4000;
  const bareRecords = new Map<string, SessionRecord>();
  const { read } = mapStorage(bareRecords);
  const bareRead = (id: string) => {
    const record = read(hash('sha256', id, 'base64url')) as SessionRecord;
    if (record.expiresAt <= Date.now()) throw new Error('a session of the bare line has expired');
    return JSON.parse(record.payload);
  };
  const bare: Block = async (from) => {
    for (let n = from; n < from + block; n++) bareRead(idAt(n));
  };
  return {
    name: 'core',
    block,
    bare: { load: bare, 'load, synchronous': bare },
    async open(imported) {
      const { createRecordStore, ...driver } =
        await imported<typeof import('@store/core/driver')>('@store/core/driver');
      const records = new Map<string, SessionRecord>();
      const store = createRecordStore(mapStorage(records), {});
      const operations = await storeOperations(store, block);
      for (const [key, record] of records) bareRecords.set(key, record);
      // A build from before there was one has no such line.
      const direct: DirectStore | undefined = driver.directStore?.(store);
      if (direct) {
        operations['load, synchronous'] = async (from) => {
          for (let n = from; n < from + block; n++) direct.load(idAt(n));
        };
      }
      return { operations, close: () => store.close() };
    },
  };
}

/** A driver, on its backend with the settings it comes with. */
function driver<T>(
  name: string,
  block: number,
  start: (module: T, directory: string) => Promise<SessionStore>,
): Subject {
  return {
    name,
    block,
    async open(imported, directory) {
      const store = await start(await imported<T>(`@store/${name}`), directory);
      return { operations: await storeOperations(store, block), close: () => store.close() };
    },
  };
}

const cookie: Subject = {
  name: 'cookie',
  block: 200,
  async open(imported) {
    const { startSession } = await imported<typeof import('@store/cookie')>('@store/cookie');
    const store = await startSession({
      password: 'a secret of at least thirty-two characters',
      cache: false,
    });
    const data = contentOf(3);
    const sealed = await store.cookieValue(idAt(0), data, {});
    const operations = {
      load: repeat(cookie.block, () => store.load(sealed)),
      seal: repeat(cookie.block, (n) => store.cookieValue(idAt(n), data, {})),
    };
    return { operations, close: () => store.close() };
  },
};

const postgres: Subject = {
  name: 'postgres',
  block: 60,
  async open(imported, directory) {
    const { startSession } = await imported<typeof import('@store/postgres')>('@store/postgres');
    const server = await borrowServer(directory);
    const schema = `builds_${hash('sha256', directory, 'hex').slice(0, 8)}`;
    const { Client } = (await import('pg')).default;
    const client = new Client({ connectionString: server.url });
    await client.connect();
    await client.query(`create schema ${schema}`);
    const store = await startSession({ connectionString: server.url, schema, cache: false });
    return {
      operations: await storeOperations(store, postgres.block),
      async close() {
        await store.close();
        await client.query(`drop schema ${schema} cascade`);
        await client.end();
        await server.giveBack();
      },
    };
  },
};

export const subjects: readonly Subject[] = [
  core(),
  driver<typeof import('@store/sqlite')>('sqlite', 300, ({ startSession }, directory) =>
    startSession({ database: join(directory, 'sessions.db'), cache: false }),
  ),
  driver<typeof import('@store/file')>('file', 100, ({ startSession }, directory) =>
    startSession({ directory: join(directory, 'sessions'), cache: false }),
  ),
  cookie,
  postgres,
];
