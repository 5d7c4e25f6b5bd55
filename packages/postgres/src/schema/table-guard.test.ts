import { createSessionId, type SessionStore } from '@store/core';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freshPool, freshSchema, query, url } from '../../test/fresh-schema.ts';
import { createRole } from '../../test/role.ts';
import { type PostgresSessionOptions, startSession } from '../start-session.ts';

async function start(options: PostgresSessionOptions): Promise<SessionStore> {
  const store = await startSession({ cache: false, ...options });
  onTestFinished(() => store.close());
  return store;
}

/** An existing table, and its name in SQL. */
async function freshTable() {
  const schema = freshSchema();
  await (await startSession({ connectionString: url, schema, cache: false })).close();
  const inSchema = pg.escapeIdentifier(schema);
  return { schema, inSchema, table: `${inSchema}."sessions"` };
}

/** The objects that keep rows from being deleted, each with its error text. */
const keepers: [
  name: string,
  sql: (table: string, inSchema: string) => string,
  cure: (table: string) => string,
][] = [
  [
    'a trigger',
    (table, inSchema) => `
      create function ${inSchema}.keep() returns trigger language plpgsql as 'begin return null; end';
      create trigger "keep it" before delete on ${table} for each row execute function ${inSchema}.keep()`,
    (table) => `drop trigger "keep it" on ${table}`,
  ],
  [
    'a trigger on a child of the table',
    (table, inSchema) => `
      create table ${inSchema}.child () inherits (${table});
      create function ${inSchema}.keep() returns trigger language plpgsql as 'begin return null; end';
      create trigger keep before delete on ${inSchema}.child for each row execute function ${inSchema}.keep();
      with moved as (delete from ${table} returning *) insert into ${inSchema}.child select * from moved`,
    (table) => `drop trigger keep on ${table.replace('"sessions"', 'child')}`,
  ],
  [
    'a rule',
    (table) => `create rule keep as on delete to ${table} do instead nothing`,
    (table) => `drop rule "keep" on ${table}`,
  ],
];

/** The statement that the error text says to run. */
const said = (error: { message: string }) => /Run (.*?)(, or|\.$)/.exec(error.message)?.[1] ?? '';

describe('row level security', () => {
  it('that applies to the role is refused at startup with the SQL that turns it off', async () => {
    const { schema, table } = await freshTable();
    const { connectionString, role } = await createRole(schema);
    await query(`alter table ${table} enable row level security`);
    const refusal = await start({ connectionString, schema }).catch((error) => error);
    expect(refusal).toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining(`the role ${role}`),
    });
    expect(said(refusal)).toBe(`alter table ${table} disable row level security`);
    await query(said(refusal));
    await start({ connectionString, schema });
  });

  it("is refused for the table's owner only when it is forced", async () => {
    const { schema, table } = await freshTable();
    const { connectionString, role } = await createRole(schema);
    await query(`alter table ${table} owner to ${role}; alter table ${table} enable row level security`);
    await start({ connectionString, schema });
    await query(`alter table ${table} force row level security`);
    await expect(start({ connectionString, schema })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await query(`alter role ${role} bypassrls`);
    await start({ connectionString, schema });
  });

  it.each<[string, (table: string) => string]>([
    ['without a policy', () => ''],
    ['with one for reading', (table) => `create policy visible on ${table} for select using (true)`],
    ['with one for some rows', (table) => `create policy visible on ${table} using (subject = 'bob')`],
  ])('%s, switched on later, makes a sign-out reject', async (_kind, policy) => {
    const { schema, table } = await freshTable();
    const { connectionString } = await createRole(schema);
    for (const options of [{ connectionString }, { pool: freshPool({ connectionString }) }]) {
      const store = await start({ ...options, schema });
      const ids = [createSessionId(), createSessionId()] as const;
      for (const id of ids) await store.save(id, {}, {}, { subject: 'ann' });
      await query(`alter table ${table} enable row level security; ${policy(table)}`);
      const unavailable = {
        code: 'UNAVAILABLE',
        message: expect.stringContaining('Row-level security'),
      };
      const calls = [
        () => store.destroy(ids[0]),
        () => store.destroyAll('ann'),
        () => store.clear(),
        () => store.list('ann'),
        () => store.gc(),
        () => store.touch(ids[0]),
        () => store.update(ids[0], ({ data, flash }) => ({ data, flash })),
        () => store.load(createSessionId()),
      ];
      for (const call of calls) await expect(call()).rejects.toMatchObject(unavailable);
      const together = await Promise.allSettled(ids.map((id) => store.destroy(id)));
      for (const result of together) expect(result).toMatchObject({ reason: unavailable });
      await query(
        `alter table ${table} disable row level security; drop policy if exists visible on ${table}`,
      );
      expect(await store.list('ann')).toHaveLength(2);
      expect(await store.destroyAll('ann')).toBe(2);
    }
  });
});

describe.each(keepers)('%s that can keep rows from being deleted', (_name, sql, cure) => {
  it('is refused at startup with the SQL that removes it', async () => {
    const { schema, inSchema, table } = await freshTable();
    await query(sql(table, inSchema));
    const refusal = await start({ connectionString: url, schema }).catch((error) => error);
    expect(refusal).toMatchObject({ code: 'UNAVAILABLE' });
    expect(said(refusal)).toMatch(/^drop (trigger|rule) /);
    await query(said(refusal));
    await start({ connectionString: url, schema });
  });

  it('and is created later makes a sign-out reject', async () => {
    const { schema, inSchema, table } = await freshTable();
    const store = await start({ connectionString: url, schema });
    const ids = [createSessionId(), createSessionId()] as const;
    for (const id of ids) await store.save(id, {}, {}, { subject: 'ann' });
    await query(sql(table, inSchema));
    const calls = [() => store.destroy(ids[0]), () => store.destroyAll('ann'), () => store.clear()];
    for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    const together = await Promise.allSettled(ids.map((id) => store.destroy(id)));
    for (const result of together) expect(result).toMatchObject({ reason: { code: 'UNAVAILABLE' } });
    expect((await store.load(ids[0])).exists).toBe(true);
    await query(cure(table));
    await store.destroy(ids[0]);
    expect(await store.destroyAll('ann')).toBe(1);
  });
});

it('triggers that only log writes, and disabled rules, are accepted', async () => {
  const { schema, inSchema, table } = await freshTable();
  await query(`
    create function ${inSchema}.note() returns trigger language plpgsql as 'begin return new; end';
    create trigger stamp before insert or update on ${table} for each row execute function ${inSchema}.note();
    create trigger audit after insert or update or delete on ${table} for each row execute function ${inSchema}.note();
    create trigger count before delete on ${table} execute function ${inSchema}.note();
    create rule off as on delete to ${table} do instead nothing;
    alter table ${table} disable rule off`);
  const store = await start({ connectionString: url, schema });
  const id = createSessionId();
  await store.save(id, {}, {});
  await store.destroy(id);
  expect((await store.load(id)).exists).toBe(false);
});

it('a view in place of the table is refused at startup', async () => {
  const { schema, inSchema, table } = await freshTable();
  await query(`alter table ${table} rename to kept; create view ${table} as select * from ${inSchema}.kept`);
  await expect(start({ connectionString: url, schema })).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringContaining('Pass another name as table'),
  });
});
