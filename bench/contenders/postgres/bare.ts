import { hash } from 'node:crypto';
import type { SessionContent } from '@store/core';
import { schemaSql } from '@store/postgres';
import type { Contender } from '../../contender.ts';
import { day, lifetime } from '../lifetime.ts';
import { postgresContender } from './postgres-contender.ts';

/**
 * The bare backend: named statements through `pool.query` on the very table of @store/postgres, ids hashed, expired rows not
 * found. What is left out is what a store is for: no check of values, no compare-and-swap, no retry, no time limit, no gathering.
 */
export function bareContender(name: string): Contender {
  return postgresContender(name, 'sessions', async (pool) => {
    await pool.query(schemaSql());
    let version = 0;

    const save = (id: string, content: SessionContent, now = Date.now()) =>
      pool.query({
        name: 'save',
        text: `insert into sessions (key, version, gc_at, expires_at, created_at, payload) values ($1, $2, $3, $3, $4, $5)
          on conflict (key) do update set version = excluded.version, expires_at = excluded.expires_at, payload = excluded.payload`,
        values: [keyOf(id), ++version, now + lifetime, now, JSON.stringify(content)],
      });

    return {
      async load(id) {
        const { rows } = await pool.query<{ payload: string }>({
          name: 'load',
          text: 'select payload from sessions where key = $1 and expires_at > $2',
          values: [keyOf(id), Date.now()],
        });
        return rows[0] && (JSON.parse(rows[0].payload) as SessionContent);
      },
      contentOf: (loaded) => loaded,
      saveNew: (id, content) => save(id, content),
      saveOver: (id, content) => save(id, content),
      async update(id, loaded, change) {
        if (loaded) await save(id, change(loaded));
      },
      touch(id) {
        const now = Date.now();
        return pool.query({
          name: 'touch',
          text: 'update sessions set expires_at = $1 where key = $2 and expires_at > $3',
          values: [now + lifetime, keyOf(id), now],
        });
      },
      destroy: (id) =>
        pool.query({ name: 'destroy', text: 'delete from sessions where key = $1', values: [keyOf(id)] }),
      gc: () =>
        pool.query({
          name: 'gc',
          text: 'delete from sessions where gc_at <= $1 and expires_at <= $1',
          values: [Date.now()],
        }),
      saveExpired: (id, content) => save(id, content, Date.now() - day),
    };
  });
}

function keyOf(id: string): string {
  return hash('sha256', id, 'base64url');
}
