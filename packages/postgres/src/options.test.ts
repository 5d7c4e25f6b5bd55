import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { startSession } from './start-session.ts';

// No server is contacted: options are refused before anything is opened.
const unreachable = 'postgres://user:hunter2@127.0.0.1:1/x';

const rows: [option: string, wrongType: unknown, outOfRange: unknown, misspelled: string][] = [
  ['connectionString', 7, '', 'conectionString'],
  ['pool', {}, new pg.Client(), 'pol'],
  ['poolSize', '10', 0, 'poolsize'],
  ['table', 1, 'n'.repeat(64), 'tabel'],
  ['schema', 1, '', 'shema'],
  ['migrate', 'yes', undefined, 'migrat'],
  ['prepare', 0, undefined, 'prepared'],
  ['statementTimeout', '5', 0, 'statmentTimeout'],
  ['connectionTimeout', '5', 3601, 'conectionTimeout'],
  ['idleTimeout', '7200', 0, 'idelTimeout'],
  ['absoluteTimeout', true, 1.5, 'absolutTimeout'],
  ['maxBytes', '1', 0, 'maxByte'],
  ['now', 5, undefined, 'noww'],
  ['onEvent', {}, undefined, 'onEvnt'],
  ['cache', 1, undefined, 'cach'],
];

/** The error text of startSession(). Neither it nor its cause contains the password. */
async function refusal(options: unknown): Promise<string> {
  const error = await startSession(options as never).catch((reason) => reason);
  expect(error).toMatchObject({ code: 'INVALID_OPTION' });
  expect(error.cause).toBeUndefined();
  expect(error.message).not.toContain('hunter2');
  return error.message;
}
const refusalWith = (options: object) =>
  refusal({ ...('pool' in options ? {} : { connectionString: unreachable }), ...options });

describe('the options', () => {
  it('are the ones in this table', async () => {
    const message = await refusalWith({ somethingFarOff: 1 });
    const known = /the options are (.*)\.$/.exec(message)?.[1]?.split(', ');
    expect(known).toEqual(rows.map(([option]) => option));
  });

  it.each(rows)('refuse an invalid %s, and suggest the right name for a misspelled one', async (...row) => {
    const [option, wrongType, outOfRange, misspelled] = row;
    for (const wrong of [wrongType, null, outOfRange]) {
      if (wrong !== undefined)
        expect(await refusalWith({ [option]: wrong })).toContain(`] ${option} must be`);
    }
    expect(await refusalWith({ [misspelled]: 1 })).toContain(
      `Unknown option ${misspelled}: did you mean ${option}?`,
    );
  });

  it.each([
    ['connectionString', { connectionString: 'postgres://user:hunter2@host:port/database' }],
    ['connectionString', {}],
    ['connectionString', undefined],
    ['pool', { pool: new pg.Pool(), connectionString: unreachable }],
    ['poolSize', { pool: new pg.Pool(), poolSize: 5 }],
    ['poolSize', { connectionString: unreachable, poolSize: 2.5 }],
    ['table', { connectionString: unreachable, table: '' }],
    ['table', { connectionString: unreachable, table: 'a\0b' }],
    ['table', { connectionString: unreachable, table: 'a\ud800' }],
    ['table', { connectionString: unreachable, table: 'ä'.repeat(32) }],
    ['schema', { connectionString: unreachable, schema: 'n'.repeat(64) }],
    ['connectionTimeout', { connectionString: unreachable, connectionTimeout: -1 }],
    ['connectionTimeout', { connectionString: unreachable, connectionTimeout: Number.NaN }],
  ])('refuse a %s such as in %o', async (option, wrong) => {
    expect(await refusal(wrong)).toContain(`[@store/postgres] ${option} must be`);
  });

  it.each([null, unreachable, [], () => {}, Promise.resolve({})])(
    'refuse %o in place of an options object',
    async (wrong) => {
      expect(await refusal(wrong)).toMatch(/options.*an object such as \{ connectionString, pool \}/);
    },
  );

  it.each([
    ['conString', 'use connectionString'],
    ['conObject', 'use connectionString'],
    ['tableName', 'use table'],
    ['schemaName', 'use schema'],
    ['createTableIfMissing', 'use migrate'],
    ['pruneSessionInterval', 'gcProbability'],
    ['ttl', 'use idleTimeout'],
    ['ssl', 'write it into connectionString'],
    ['password', 'write it into connectionString'],
    ['secret', 'needs no secret'],
    ['name', 'cookie: { name }'],
    ['cookie', 'the cookie is an option of @store/session'],
  ])('name the equivalent of %s', async (option, instead) => {
    expect(await refusalWith({ [option]: 'hunter2' })).toContain(instead);
  });

  it('may be undefined, even unknown ones', async () => {
    const undefinedOnes = Object.fromEntries(
      [...rows.map(([option]) => option), 'host'].map((name) => [name]),
    );
    const options = { ...undefinedOnes, connectionString: unreachable };
    await expect(startSession(options)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
