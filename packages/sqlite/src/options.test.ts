import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { temporaryDatabase } from '../test/temporary-database.ts';
import { startSession } from './start-session.ts';

const rows: [option: string, wrongType: unknown, outOfRange: unknown, misspelled: string][] = [
  ['database', 7, 'sqlite:sessions.db', 'databse'],
  ['table', 1, 'sqlite_sessions', 'tabel'],
  ['migrate', 'yes', undefined, 'migrat'],
  ['busyTimeout', '5', 3601, 'busyTimout'],
  ['checkOwner', 'no', undefined, 'checkOwnr'],
  ['idleTimeout', '7200', 0, 'idelTimeout'],
  ['absoluteTimeout', true, 1.5, 'absolutTimeout'],
  ['maxBytes', '1', 0, 'maxByte'],
  ['now', 5, undefined, 'noww'],
  ['onEvent', {}, undefined, 'onEvnt'],
  ['cache', 1, undefined, 'cach'],
];

/** The text of the error that startSession() rejects with; also checks that no file was touched. */
async function refusal(options: object): Promise<string> {
  const path = temporaryDatabase();
  const error = await startSession({ database: path, ...options } as never).catch((reason) => reason);
  expect(error).toMatchObject({ code: 'INVALID_OPTION' });
  expect(existsSync(path)).toBe(false);
  return error.message;
}

describe('the options', () => {
  it('are those listed in this table', async () => {
    const known = /the options are (.*)\.$/.exec(await refusal({ somethingFarOff: 1 }))?.[1]?.split(', ');
    expect(known).toEqual(rows.map(([option]) => option));
  });

  it.each(rows)('refuse an invalid %s, and suggest the right name for a misspelled one', async (...row) => {
    const [option, wrongType, outOfRange, misspelled] = row;
    for (const wrong of [wrongType, null, outOfRange]) {
      if (wrong !== undefined) expect(await refusal({ [option]: wrong })).toContain(`] ${option} must be `);
    }
    expect(await refusal({ [misspelled]: 1 })).toContain(
      `Unknown option ${misspelled}: did you mean ${option}?`,
    );
  });

  it.each([
    ['database', ''],
    ['database', '  '],
    ['database', new DatabaseSync(':memory:')],
    ['table', ''],
    ['table', 'a\0b'],
    ['table', 'a\ud800'],
    ['busyTimeout', -1],
    ['busyTimeout', Number.NaN],
  ])('refuse a %s such as %o', async (option, wrong) => {
    expect(await refusal({ [option]: wrong })).toContain(`] ${option} must be `);
  });

  it.each([
    ['file:./dev.db', '"file:"'],
    ['file:dev.db?mode=ro', '"file:"'],
    [' FILE:///var/lib/app/dev.db', '"FILE://"'],
    [new URL('file:///var/lib/app/dev.db'), '"file://"'],
    ['sqlite:dev.db', '"sqlite:"'],
    ['sqlite://user:secret@dev.db', '"sqlite://"'],
    ['better-sqlite3:///dev.db', '"better-sqlite3://"'],
    ['libsql://dev.example.org', '"libsql://"'],
  ])('refuse %o as a database, and say which prefix to leave out', async (database, beginning) => {
    const message = await refusal({ database });
    expect(message).toContain(`database must be a path, not a URL: leave out ${beginning}`);
    expect(message).not.toContain('secret');
  });

  it('must include a database', async () => {
    for (const options of [undefined, {}, { database: undefined }]) {
      await expect(startSession(options as never)).rejects.toMatchObject({
        code: 'INVALID_OPTION',
        message: expect.stringContaining('database must be a path'),
      });
    }
  });

  it.each([null, './sessions.db', [], () => {}, Promise.resolve({})])('cannot be %o', async (wrong) => {
    await expect(startSession(wrong as never)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringMatching(/options.*an object such as \{ database, table \}/),
    });
  });

  it.each([
    ['path', 'use database'],
    ['client', 'use database'],
    ['name', 'cookie: { name }'],
    ['cookie', 'the cookie is an option of @store/session'],
    ['touchAfter', 'the middleware, @store/session'],
  ])('name the equivalent of %s', async (option, instead) => {
    expect(await refusal({ [option]: {} })).toContain(instead);
  });

  it('may be undefined, even unknown ones', async () => {
    const database = new Database(':memory:');
    const undefinedOnes = Object.fromEntries(
      [...rows.map(([option]) => option), 'tabel'].map((name) => [name]),
    );
    const store = await startSession({ ...undefinedOnes, database, cache: false });
    expect(store.timeouts).toMatchObject({ idleTimeout: 7200, absoluteTimeout: 2_592_000 });
    await store.close();
    database.close();
    await expect(startSession({ database })).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });
});
