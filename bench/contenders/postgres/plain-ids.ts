import type { SessionContent } from '@store/core';
import type { Contender } from '../../contender.ts';
import { day, lifetime } from '../lifetime.ts';
import { postgresContender } from './postgres-contender.ts';

/** The line LIMIT of research/benchmarks.md: what one writes by hand, with the id as the key and an index on the expiry. */
export function plainIdsContender(name: string): Contender {
  return postgresContender(name, 'sessions', async (pool) => {
    await pool.query(
      `create table sessions (id text primary key, payload text not null, expires_at bigint not null);
       create index sessions_expires_at on sessions (expires_at)`,
    );

    const save = (id: string, content: SessionContent, now = Date.now()) =>
      pool.query({
        name: 'save',
        text: `insert into sessions (id, payload, expires_at) values ($1, $2, $3)
          on conflict (id) do update set payload = excluded.payload, expires_at = excluded.expires_at`,
        values: [id, JSON.stringify(content), now + lifetime],
      });

    return {
      async load(id) {
        const { rows } = await pool.query<{ payload: string }>({
          name: 'load',
          text: 'select payload from sessions where id = $1 and expires_at > $2',
          values: [id, Date.now()],
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
          text: 'update sessions set expires_at = $1 where id = $2 and expires_at > $3',
          values: [now + lifetime, id, now],
        });
      },
      destroy: (id) =>
        pool.query({ name: 'destroy', text: 'delete from sessions where id = $1', values: [id] }),
      gc: () =>
        pool.query({ name: 'gc', text: 'delete from sessions where expires_at <= $1', values: [Date.now()] }),
      saveExpired: (id, content) => save(id, content, Date.now() - day),
    };
  });
}
