import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../test/session-directory.ts';
import { startSession } from './start-session.ts';

const rows: [option: string, wrongType: unknown, outOfRange: unknown, misspelled: string][] = [
  ['directory', 7, 'a\0b', 'direktory'],
  ['durable', 'yes', undefined, 'durrable'],
  ['checkOwner', 'no', undefined, 'chekOwner'],
  ['idleTimeout', '7200', 0, 'idelTimeout'],
  ['absoluteTimeout', true, 1.5, 'absolutTimeout'],
  ['maxBytes', '1', 0, 'maxByte'],
  ['now', 5, undefined, 'noww'],
  ['onEvent', {}, undefined, 'onEvnt'],
  ['cache', 1, undefined, 'cach'],
];

/** The error text of startSession(), which must not have created anything. */
async function refusal(options: object): Promise<string> {
  const directory = join(temporaryDirectory(), 'sessions');
  const error = await startSession({ directory, ...options } as never).catch((reason) => reason);
  expect(error).toMatchObject({ code: 'INVALID_OPTION' });
  expect(existsSync(directory)).toBe(false);
  return error.message;
}

describe('the options', () => {
  it('are the ones in this table', async () => {
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

  it('must name a directory', async () => {
    for (const options of [undefined, {}, { directory: '' }, { directory: ' ' }]) {
      await expect(startSession(options as never)).rejects.toMatchObject({
        code: 'INVALID_OPTION',
        message: expect.stringContaining('directory must be the path of a directory'),
      });
    }
  });

  it.each([null, './sessions', [], () => {}, Promise.resolve({})])(
    'refuse %o in place of an options object',
    async (wrong) => {
      await expect(startSession(wrong as never)).rejects.toMatchObject({
        code: 'INVALID_OPTION',
        message: expect.stringMatching(/options.*an object such as \{ directory, durable \}/),
      });
    },
  );

  it.each([
    ['path', 'use directory'],
    ['reapInterval', 'gcProbability'],
    ['ttl', 'use `idleTimeout`'],
    ['name', 'cookie: { name }'],
    ['cookie', 'the cookie is an option of @store/session'],
  ])('name the equivalent of %s', async (option, instead) => {
    expect(await refusal({ [option]: {} })).toContain(instead);
  });

  it('may be undefined, even unknown ones', async () => {
    const undefinedOnes = Object.fromEntries(
      [...rows.map(([option]) => option), 'path'].map((name) => [name]),
    );
    const directory = temporaryDirectory();
    const store = await startSession({ ...undefinedOnes, directory, cache: false });
    expect(store.timeouts).toMatchObject({ idleTimeout: 7200, absoluteTimeout: 2_592_000 });
    await store.close();
  });
});
