import { startSession } from '@store/core/memory';
import { describe, expect, it } from 'vitest';
import { assertHandler, resolveSessionOptions } from './options.ts';

const resolve = (options: unknown, also?: readonly string[]) => resolveSessionOptions(options as never, also);
const refusal = (text: RegExp) =>
  expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringMatching(text) });

describe('session options', () => {
  it('have defaults', () => {
    expect(resolve({})).toMatchObject({
      store: undefined,
      touchAfter: undefined,
      lazy: false,
      onStoreFailure: 'fail',
      timeout: 10,
      gcProbability: 0.02,
      cookies: { options: { name: '__Host-session', priority: 'high', maxHeaderSize: 12_288 } },
    });
  });

  it.each<[object, RegExp]>([
    [{ touchafter: 0 }, /no option touchafter: did you mean touchAfter/],
    [{ onStoreFailur: 'fail' }, /did you mean onStoreFailure/],
    [{ cookies: {} }, /did you mean cookie\b/],
    [{ name: 'sid' }, /cookie: \{ name \}/],
    [{ secret: 'x' }, /secret/],
    [{ resave: false }, /resave/],
    [{ saveUninitialized: false }, /saveUninitialized/],
    [{ rolling: true }, /touchAfter/],
    [{ genid: () => '' }, /genid/],
    [{ maxAge: 60 }, /idleTimeout/],
    [{ ttl: 60 }, /idleTimeout/],
    [{ idleTimeout: 60 }, /belongs to the store: startSession\(\{ idleTimeout \}\)/],
    [{ password: 'x' }, /belongs to the store/],
    [{ sameSite: 'lax' }, /belongs to the cookie: cookie: \{ sameSite \}/],
    [{ waitUntil: () => {} }, /no option waitUntil/],
    [{ somethingElse: 1 }, /the options are store, cookie/],
    [{ cookie: { maxAge: 1000 } }, /cookie\.maxAge: .*idleTimeout/],
    [{ cookie: { httponly: true } }, /cookie\.httponly/],
    [{ cookie: { domain: 'localhost:3000' } }, /cookie\.domain/],
    [{ cookie: 'sid' }, /cookie must be/],
  ])('%j are refused with the right name', (options, text) => {
    expect(() => resolve(options)).toThrow(refusal(text));
  });

  it.each<[string, unknown]>([
    ['touchAfter', '60'],
    ['touchAfter', -1],
    ['touchAfter', Number.NaN],
    ['timeout', '60'],
    ['timeout', 0],
    ['timeout', 2_147_484],
    ['timeout', null],
    ['gcProbability', '0.5'],
    ['gcProbability', 2],
    ['gcProbability', true],
    ['lazy', 'yes'],
    ['peek', 1],
    ['onStoreFailure', 'anon'],
    ['random', 0.5],
    ['onEvent', {}],
    ['store', {}],
    ['store', null],
  ])('refuse %s: %j', (option, value) => {
    expect(() => resolve({ [option]: value })).toThrow(refusal(new RegExp(`\\b${option} must be`)));
  });

  it('know the names an adapter adds', () => {
    expect(() => resolve({ waitUntil: () => {} }, ['waitUntil'])).not.toThrow();
    expect(() => resolve({ waituntil: () => {} }, ['waitUntil'])).toThrow(refusal(/did you mean waitUntil/));
  });

  it('say what to write when a store, a promise of one or a handler came in their place', async () => {
    const store = await startSession({ cache: false });
    expect(() => resolve(store)).toThrow(refusal(/store was passed in place of the options.* \{ store \}/));
    const promised = startSession({ cache: false });
    expect(() => resolve(promised)).toThrow(refusal(/await startSession/));
    expect(() => resolve({ store: promised })).toThrow(refusal(/store must be .*await startSession/));
    expect(() => resolve(() => {})).toThrow(refusal(/handler comes first/));
    for (const wrong of [null, 'sid', 7, []])
      expect(() => resolve(wrong)).toThrow(refusal(/options must be/));
  });

  it('refuse what is no handler', () => {
    expect(() => assertHandler({ store: {} }, 'sessionHandler(handler, options)')).toThrow(
      refusal(/Write sessionHandler\(handler, options\), the handler first/),
    );
    expect(() => assertHandler(() => {}, 'sessionHandler(handler, options)')).not.toThrow();
  });
});
