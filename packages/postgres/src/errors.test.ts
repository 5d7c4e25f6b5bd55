import { inspect } from 'node:util';
import { createSessionId } from '@store/core';
import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { freshSchema, query, url } from '../test/fresh-schema.ts';
import { startSession } from './start-session.ts';

const card = '4111111111111111';
const subject = 'ada@example.org';

const trigger = (body: string) => (table: string) =>
  `
  create function ${table.replace('.sessions', '')}.refuse() returns trigger language plpgsql as $f$ begin ${body} end $f$;
  create trigger refuse before insert on ${table} for each row execute function ${table.replace('.sessions', '')}.refuse()`;

it.each<[string, (table: string) => string]>([
  ['a check constraint', (table) => `alter table ${table} add constraint small check (length(payload) < 50)`],
  ['a column made shorter', (table) => `alter table ${table} alter payload type varchar(20)`],
  ['a column of another type', (table) => `alter table ${table} alter payload type integer using 1`],
  ['a column that must not be null', (table) => `alter table ${table} add more text not null`],
  [
    'a trigger that quotes the row',
    trigger("raise exception 'refused %', new.payload using detail = new.subject, hint = new.payload;"),
  ],
  ['a trigger that casts the row', trigger('perform new.payload::integer; return new;')],
  ['a trigger with dynamic SQL', trigger("execute 'select ' || new.payload; return new;")],
])('an error about %s contains neither the subject nor the content', async (_kind, alter) => {
  const schema = freshSchema();
  const store = await startSession({ connectionString: url, schema, cache: false });
  onTestFinished(() => store.close());
  await query(alter(`${pg.escapeIdentifier(schema)}.sessions`));
  const save = () => store.save(createSessionId(), { card, pad: 'x'.repeat(60) }, {}, { subject });
  const results = await Promise.allSettled([save(), save(), save()]);
  expect(results.some(({ status }) => status === 'rejected')).toBe(true);
  for (const result of results) {
    if (result.status === 'fulfilled') continue;
    expect(result.reason).toMatchObject({ code: 'UNAVAILABLE', cause: expect.anything() });
    const shown = inspect(result.reason, { depth: 10, showHidden: true });
    expect(shown).not.toContain(card);
    expect(shown).not.toContain(subject);
    expect(shown).toMatch(/code: '[0-9A-Z]{5}'/);
  }
});
