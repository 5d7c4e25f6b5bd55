import { startSession as startMemory } from '@store/core/memory';
import { describe, expect, it } from 'vitest';
import { startSession } from './start-session.ts';

const password = 'a password of at least 32 characters';
const sealed = await startSession({ password, cache: false });
const ledger = await startMemory({ cache: false });

type Row = [option: string, wrongType: unknown, outOfRange: unknown, misspelled: string];
const rows: Row[] = [
  ['password', 123_456_789, 'x'.repeat(31), 'pasword'],
  ['purpose', 7, '', 'purposes'],
  ['revocations', {}, sealed, 'revocation'],
  ['onRevocationsFailure', true, 'maybe', 'onRevocationFailure'],
  ['idleTimeout', '7200', 0, 'idelTimeout'],
  ['absoluteTimeout', true, 1.5, 'absolutTimeout'],
  ['maxBytes', '1', 0, 'maxByte'],
  ['now', 5, undefined, 'noww'],
  ['onEvent', {}, undefined, 'onEvnt'],
  ['cache', 1, undefined, 'cach'],
];
const nested: Row[] = [
  ['id', 7, 'two words', 'ids'],
  ['secret', 123_456_789, 'short', 'secrt'],
  ['retireAfter', '2027-01-01', new Date('x'), 'retiresAfter'],
];
const inSecond = (entry: object) => ({ password: [password, { secret: `${password}!`, ...entry }] });

/** The error text that startSession() rejects with; also checks that it contains no password. */
async function refusal(options: unknown): Promise<string> {
  const error = await startSession(options as never).catch((reason) => reason);
  expect(error).toMatchObject({ code: 'INVALID_OPTION' });
  expect(error.message).not.toMatch(/a password of|123/);
  return error.message;
}

describe.each<[string, Row[], string, (options: object) => object]>([
  ['the options', rows, '', (options) => ({ password, ...options })],
  ['a password in the list', nested, 'password[1].', inSecond],
])('%s', (_, table, path, within) => {
  it('has the names listed in this table', async () => {
    const message = await refusal(within({ somethingFarOff: 1 }));
    expect(message).toContain(`Unknown option ${path}somethingFarOff: `);
    const known = /the options are (.*)\.$/.exec(message)?.[1]?.split(', ');
    expect(known).toEqual(table.map(([option]) => option));
  });

  it.each(table)('refuses an invalid %s, and suggests the name when it is misspelled', async (...row) => {
    const [option, wrongType, outOfRange, misspelled] = row;
    for (const wrong of [wrongType, null, outOfRange]) {
      if (wrong !== undefined)
        expect(await refusal(within({ [option]: wrong }))).toContain(`] ${path}${option}`);
    }
    expect(await refusal(within({ [misspelled]: 1 }))).toContain(
      `Unknown option ${path}${misspelled}: did you mean ${option}?`,
    );
  });
});

describe('the options', () => {
  it.each([
    ['password', undefined],
    ['password', {}],
    ['password', { password: [] }],
    ['password[1]', { password: [password, 'short'] }],
    ['password[0]', { password: [[password]] }],
    ['password[0].secret', { password: [{ secret: 'short' }] }],
    ['password[1]', { password: ['a', 'a'].map((id, index) => ({ id, secret: password + index })) }],
    ['password[1]', { password: ['a', 'b'].map((id) => ({ id, secret: password })) }],
    ['password[0].retireAfter', { password: [{ secret: password, retireAfter: new Date() }] }],
  ])('are named when they are refused, without revealing a secret: %s', async (option, wrong) => {
    expect(await refusal(wrong)).toContain(`[@store/cookie] ${option}`);
  });

  it.each([null, password, [password], () => {}, Promise.resolve({})])('cannot be %o', async (wrong) => {
    expect(await refusal(wrong)).toMatch(/options.*an object such as \{ password, purpose \}/);
  });

  it('refuse a promise of a password', async () => {
    expect(await refusal({ password: Promise.resolve(password) })).toContain(
      'A promise was passed in place of the password.',
    );
  });

  it.each([
    ['secret', 'use `password`'],
    ['keys', 'use `password`'],
    ['cookieName', 'cookie: { name }'],
    ['name', 'cookie: { name }'],
    ['cookie', 'the cookie is an option of @store/session'],
    ['chunks', 'use `cookie: { chunks }` of @store/session'],
  ])('name the equivalent of %s', async (option, instead) => {
    expect(await refusal({ password, [option]: 'x'.repeat(40) })).toContain(instead);
  });

  it('may be undefined, even unknown ones', async () => {
    const undefinedOnes = Object.fromEntries(
      [...rows.map(([option]) => option), 'secret'].map((name) => [name]),
    );
    const named = { id: undefined, secret: password, retireAfter: undefined, ids: undefined };
    const options = { ...undefinedOnes, password: named as never, cache: false };
    await expect(startSession(options)).resolves.toMatchObject({ timeouts: { absoluteTimeout: 2_592_000 } });
  });

  it('accept a ledger that was started with defaults', async () => {
    await expect(startSession({ password, revocations: ledger, cache: false })).resolves.toBeDefined();
  });
});
