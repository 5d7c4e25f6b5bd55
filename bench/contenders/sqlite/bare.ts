import { hash } from 'node:crypto';
import type { SessionContent } from '@store/core';
import { schemaSql } from '@store/sqlite';
import type { Contender, OpenContender } from '../../contender.ts';
import { besideDatabase, day, inTransaction, lifetime, openDatabase, wal } from './database-file.ts';

/**
 * The bare backend: prepared statements on the very table of @store/sqlite, ids hashed, expired rows not found. What is
 * left out is what a store is for: no check of values, no compare-and-swap, no retry, no grouping.
 */
export function bareContender(name: string): Contender {
  return {
    name,
    open(directory): OpenContender<SessionContent | undefined> {
      const database = openDatabase(directory, wal);
      database.exec(schemaSql());
      const beside = besideDatabase(directory, 'sessions');
      const select = database
        .prepare('select payload from sessions where key = ? and expires_at > ?')
        .pluck();
      const upsert = database.prepare(
        `insert into sessions (key, version, gc_at, expires_at, created_at, payload) values (?, ?, ?, ?, ?, ?)
         on conflict (key) do update set version = excluded.version, expires_at = excluded.expires_at, payload = excluded.payload`,
      );
      const extend = database.prepare('update sessions set expires_at = ? where key = ? and expires_at > ?');
      const remove = database.prepare('delete from sessions where key = ?');
      const removeExpired = database.prepare('delete from sessions where gc_at <= ? and expires_at <= ?');
      let version = 0;

      const save = (id: string, content: SessionContent, now = Date.now()) =>
        upsert.run(keyOf(id), ++version, now + lifetime, now + lifetime, now, JSON.stringify(content));

      return {
        load(id) {
          const payload = select.get(keyOf(id), Date.now()) as string | undefined;
          return payload === undefined ? undefined : (JSON.parse(payload) as SessionContent);
        },
        contentOf: (loaded) => loaded,
        saveNew: (id, content) => save(id, content),
        saveOver: (id, content) => save(id, content),
        update(id, loaded, change) {
          if (loaded) save(id, change(loaded));
        },
        touch(id) {
          const now = Date.now();
          extend.run(now + lifetime, keyOf(id), now);
        },
        destroy: (id) => remove.run(keyOf(id)),
        gc() {
          const now = Date.now();
          removeExpired.run(now, now);
        },
        saveExpired: (id, content) => save(id, content, Date.now() - day),
        bulk: inTransaction(database),
        settle: beside.settle,
        rows: beside.rows,
        close() {
          beside.close();
          database.close();
        },
      };
    },
  };
}

function keyOf(id: string): string {
  return hash('sha256', id, 'base64url');
}
