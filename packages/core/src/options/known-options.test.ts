import { describe, expect, it } from 'vitest';
import { assertKnownOptions } from './known-options.ts';

const refused = (message: RegExp) =>
  expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringMatching(message) });

/** The option names that a driver's startSession() and the middleware accept. */
const [ofDriver, ofSession] = [
  ['idleTimeout', 'absoluteTimeout', 'onEvent'],
  ['store', 'cookie', 'onEvent'],
];

describe('an option from another library', () => {
  it.each([
    ['secret', /needs no secret.*@store\/cookie takes `password`/],
    ['resave', /changes nothing writes nothing/],
    ['saveUninitialized', /stored only once/],
    ['rolling', /touchAfter/],
    ['genid', /32 random bytes/],
    ['maxAge', /use `idleTimeout` of the store/],
    ['ttl', /use `idleTimeout` of the store/],
    ['name', /use `cookie: \{ name \}` of @store\/session/],
    ['expires', /use `absoluteTimeout` of the store/],
    ['httpOnly', /always HttpOnly/],
    ['signed', /needs no signature/],
  ])('is rejected with the setting that replaces it: %s', (option, instead) => {
    for (const known of [ofDriver, ofSession]) {
      expect(() => assertKnownOptions('mine', { [option]: 1 }, known)).toThrow(refused(instead));
    }
  });

  it.each([
    ['maxAge', /Unknown option cookie\.maxAge: use `idleTimeout`/],
    ['expires', /Unknown option cookie\.expires: use `absoluteTimeout`/],
    ['httpOnly', /Unknown option cookie\.httpOnly: .* always HttpOnly/],
    ['signed', /Unknown option cookie\.signed: .* no signature/],
  ])('is rejected inside the cookie options: %s', (option, instead) => {
    expect(() => assertKnownOptions('mine', { [option]: 1 }, ['path'], 'cookie')).toThrow(refused(instead));
  });
});

describe('an option of the middleware', () => {
  it.each([
    ['cookie', /the cookie is an option of @store\/session; how long it lives is `idleTimeout` here/],
    ['store', /option of the middleware, @store\/session/],
    ['touchAfter', /option of the middleware, @store\/session/],
    ['expireOnClose', /use `cookie: \{ expireOnClose \}` of @store\/session/],
    ['sameSite', /use `cookie: \{ sameSite \}` of @store\/session/],
  ])('is rejected by a driver with a hint about where it belongs: %s', (option, place) => {
    const options = { [option]: option === 'cookie' ? { maxAge: 60_000 } : 1 };
    expect(() => assertKnownOptions('mine', options, ofDriver)).toThrow(refused(place));
  });

  it('gets no such hint when the middleware itself rejects it', () => {
    expect(() => assertKnownOptions('@store/session', { waitUntil: 1 }, ofSession)).toThrow(
      refused(/Unknown option waitUntil: the options are store, cookie, onEvent\.$/),
    );
  });
});

describe('an unknown option', () => {
  it('is reported with its path, and with all known names if none is close', () => {
    expect(() => assertKnownOptions('mine', { xyz: 1 }, ['path', 'domain'], 'cookie')).toThrow(
      refused(/cookie\.xyz: the options are path, domain\.$/),
    );
    expect(() => assertKnownOptions('mine', { pth: 1 }, ['path', 'domain'], 'cookie')).toThrow(
      refused(/cookie\.pth: did you mean path\?$/),
    );
  });

  it('is rejected with the hint from the package, if there is one, rather than any other', () => {
    const hints = { secret: 'use `password`', store: 'use `storage`' };
    for (const [name, hint] of Object.entries(hints)) {
      expect(() => assertKnownOptions('mine', { [name]: 1 }, ofDriver, '', { hints })).toThrow(
        expect.objectContaining({ message: `[mine] Unknown option ${name}: ${hint}.` }),
      );
    }
    expect(() => assertKnownOptions('mine', { toString: 1 }, ofDriver, '', { hints })).toThrow(
      /the options are/,
    );
  });
});

it('assertKnownOptions rejects only misspellings of known names when other keys are allowed', () => {
  const check = (name: string) =>
    assertKnownOptions('mine', { [name]: 1 }, ['dump', 'start'], 'exports', { onlyNear: true });
  expect(() => check('dumb')).toThrow(refused(/Unknown option exports\.dumb: did you mean dump\?$/));
  expect(() => check('passwordOf')).not.toThrow();
});

describe('a value passed in place of nested options', () => {
  it.each([
    ['cookie', /\[mine\] cookie must be an object such as \{ path, domain \}, not an array\.$/],
    ['save()', /\[mine\] options of save\(\) must be an object such as \{ path, domain \}, not an array\.$/],
  ])('is rejected with the name of those options: %s', (within, text) => {
    expect(() => assertKnownOptions('mine', [], ['path', 'domain'], within)).toThrow(refused(text));
  });
});
