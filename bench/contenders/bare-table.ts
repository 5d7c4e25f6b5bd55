import { hash } from 'node:crypto';
import type { Awaitable, SessionContent } from '@store/core';
import { lifetime, type Operations } from '../contender.ts';

/** A table for the lines without a store. Its statements are written for SQLite; for PostgreSQL, each `?` becomes `$1` and so on. */
export type BareTable = ReturnType<typeof ourTable>;

const byKey = (column: string) => ({
  load: `select payload from sessions where ${column} = ? and expires_at > ?`,
  touch: `update sessions set expires_at = ? where ${column} = ? and expires_at > ?`,
  destroy: `delete from sessions where ${column} = ?`,
});

let version = 0;

/** Our drivers' table, with hashed ids, but without what a store adds: no checks, no compare-and-swap, no retry, no batching. */
export const ourTable = (schemaSql: string) => ({
  create: schemaSql,
  keyOf: (id: string) => hash('sha256', id, 'base64url'),
  sql: {
    save: `insert into sessions (key, version, gc_at, expires_at, created_at, payload) values (?, ?, ?, ?, ?, ?)
      on conflict (key) do update set version = excluded.version, expires_at = excluded.expires_at, payload = excluded.payload`,
    ...byKey('key'),
    gc: 'delete from sessions where gc_at <= ? and expires_at <= ?',
  },
  row(key: string, payload: string, now: number): (string | number)[] {
    return [key, ++version, now + lifetime, now + lifetime, now, payload];
  },
  due: (now: number) => [now, now],
});

/** A typical hand-written table: the id as the key, and an index on the expiry. */
export const plainTable: BareTable = {
  create: `create table sessions (id text primary key not null, payload text not null, expires_at bigint not null);
    create index sessions_expires_at on sessions (expires_at)`,
  keyOf: (id) => id,
  sql: {
    save: `insert into sessions (id, payload, expires_at) values (?, ?, ?)
      on conflict (id) do update set payload = excluded.payload, expires_at = excluded.expires_at`,
    ...byKey('id'),
    gc: 'delete from sessions where expires_at <= ?',
  },
  row: (key, payload, now) => [key, payload, now + lifetime],
  due: (now) => [now],
};

/** @param prepare Turns a statement into a function. The one for `load` returns a payload, or a promise of one. */
export function bareOperations(
  { keyOf, row, due }: BareTable,
  prepare: (name: keyof BareTable['sql']) => (...values: (string | number)[]) => unknown,
): Operations<SessionContent | undefined> {
  const load = prepare('load') as (key: string, now: number) => Awaitable<string | undefined>;
  const save = prepare('save');
  const touch = prepare('touch');
  const destroy = prepare('destroy');
  const gc = prepare('gc');
  const parsed = (payload?: string) => (payload === undefined ? undefined : JSON.parse(payload));
  return {
    load(id) {
      const found = load(keyOf(id), Date.now());
      return found instanceof Promise ? found.then(parsed) : parsed(found as string | undefined);
    },
    contentOf: (loaded) => loaded,
    save: (id, content, now = Date.now()) => save(...row(keyOf(id), JSON.stringify(content), now)),
    touch(id) {
      const now = Date.now();
      return touch(now + lifetime, keyOf(id), now);
    },
    destroy: (id) => destroy(keyOf(id)),
    gc: () => gc(...due(Date.now())),
  };
}
