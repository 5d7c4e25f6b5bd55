import { describe, expect, it } from 'vitest';
import { assertKnownOptions, createRecordStore } from '../driver.ts';
import { createCookieStore, createStore } from '../index.ts';
import { memoryStorage, startSession } from '../memory.ts';

const refused = (message: RegExp) =>
  expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringMatching(message) });

describe('an option that does not exist', () => {
  it('is refused by every way to make a store, with the nearest right name', async () => {
    const options = { idelTimeout: 60 } as never;
    const driver = { load: () => undefined, save() {}, destroy() {}, gc() {}, cookieValue: () => '' };
    const refusal = refused(/no option idelTimeout: did you mean idleTimeout\.$/);
    expect(() => createRecordStore(memoryStorage(), options)).toThrow(refusal);
    expect(() => createStore(driver, options)).toThrow(refusal);
    expect(() => createCookieStore(driver, options)).toThrow(refusal);
    await expect(startSession(options)).rejects.toEqual(refusal);
  });

  it.each([
    ['secret', /needs no secret/],
    ['resave', /changed nothing writes nothing/],
    ['saveUninitialized', /stored only once/],
    ['rolling', /touchAfter/],
    ['genid', /32 random bytes/],
    ['maxAge', /idleTimeout/],
    ['ttl', /idleTimeout/],
    ['name', /cookie: \{ name \}/],
  ])('is refused with the setting that does what %s did elsewhere', (option, wayOut) => {
    expect(() => assertKnownOptions('mine', { [option]: 1 }, ['idleTimeout', 'onEvent'])).toThrow(
      refused(wayOut),
    );
  });

  it('is named with where it is nested, and the names there are when none is near', () => {
    expect(() => assertKnownOptions('mine', { xyz: 1 }, ['path', 'domain'], 'cookie')).toThrow(
      refused(/cookie\.xyz: the options are path, domain/),
    );
    expect(() => assertKnownOptions('mine', { maxAge: 1 }, ['path'], 'cookie')).toThrow(
      refused(/idleTimeout/),
    );
  });
});
