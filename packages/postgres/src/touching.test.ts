import pg from 'pg';
import { expect, it } from 'vitest';
import { query } from '../test/fresh-schema.ts';
import { freshStorage } from '../test/fresh-storage.ts';
import { keyOf, now, plain, sessionRecord } from '../test/session-record.ts';

it('a touch does not wait for the disk, but every other write does', async () => {
  const { storage, schema } = await freshStorage({ max: 1 });
  const inSchema = pg.escapeIdentifier(schema);
  await query(`
    create table ${inSchema}.seen (key text, wait text);
    create function ${inSchema}.see() returns trigger language plpgsql as $f$ begin
      insert into ${inSchema}.seen values ((coalesce(new, old)).key, current_setting('synchronous_commit'));
      return null;
    end $f$;
    create trigger see after insert or update or delete on ${inSchema}.sessions
      for each row execute function ${inSchema}.see()`);
  const seen = async () => {
    const rows = await query(`select distinct wait from ${inSchema}.seen`);
    await query(`delete from ${inSchema}.seen`);
    return rows.map(({ wait }) => wait);
  };
  const both = <T>(call: (name: string) => T) => Promise.all(['a', 'b'].map(call));

  await both((name) => storage.insert(sessionRecord(name), now));
  expect(await seen()).toEqual(['on']);
  // Alone, and as a batch of two.
  expect(await storage.touch(keyOf('a'), 0, now + 1000)).toBe(true);
  expect(await seen()).toEqual(['off']);
  expect(await both((name) => storage.touch(keyOf(name), 0, now + 2000))).toEqual([true, true]);
  expect(await seen()).toEqual(['off']);
  // On the same connection.
  await both((name) => storage.replace(keyOf(name), 1, sessionRecord(name, { version: 2 }), now));
  expect(await seen()).toEqual(['on']);
  await storage.touch(keyOf('a'), 0, now + 3000);
  await seen();
  await both((name) => storage.save?.(sessionRecord(name, { version: 3 }), 0, plain));
  await storage.deleteSession?.(keyOf('a'));
  await storage.delete(keyOf('b'));
  expect(await seen()).toEqual(['on']);
});
