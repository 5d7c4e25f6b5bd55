import type { SessionContent } from '@store/core';
import type { Contender, OpenContender } from '../../contender.ts';
import { besideDatabase, day, inTransaction, lifetime, openDatabase, wal } from './database-file.ts';

/** The line LIMIT of research/benchmarks.md: what one writes by hand, with the id as the key and an index on the expiry. */
export function plainLimitContender(name: string): Contender {
  return {
    name,
    open(directory): OpenContender<SessionContent | undefined> {
      const database = openDatabase(directory, wal);
      database.exec(
        `create table sessions (id text primary key not null, payload text not null, expires_at integer not null);
         create index sessions_expires_at on sessions (expires_at)`,
      );
      const beside = besideDatabase(directory, 'sessions');
      const select = database.prepare('select payload from sessions where id = ? and expires_at > ?').pluck();
      const upsert = database.prepare(
        `insert into sessions (id, payload, expires_at) values (?, ?, ?)
         on conflict (id) do update set payload = excluded.payload, expires_at = excluded.expires_at`,
      );
      const extend = database.prepare('update sessions set expires_at = ? where id = ? and expires_at > ?');
      const remove = database.prepare('delete from sessions where id = ?');
      const removeExpired = database.prepare('delete from sessions where expires_at <= ?');

      const save = (id: string, content: SessionContent, now = Date.now()) =>
        upsert.run(id, JSON.stringify(content), now + lifetime);

      return {
        load(id) {
          const payload = select.get(id, Date.now()) as string | undefined;
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
          extend.run(now + lifetime, id, now);
        },
        destroy: (id) => remove.run(id),
        gc: () => removeExpired.run(Date.now()),
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
