import { describe, expect, it } from 'vitest';
import { wrongCookieOptions, wrongUses } from '../../test/wrong-options.ts';
import { cookieOptionNames, resolveCookieOptions, type SessionCookieOptions } from './cookie-options.ts';

const refusal = (text: RegExp) =>
  expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringMatching(text) });

describe('cookie options', () => {
  it('are all covered by the table of invalid uses', () => {
    expect(Object.keys(wrongCookieOptions).sort()).toEqual([...cookieOptionNames].sort());
  });

  it.each(wrongUses(wrongCookieOptions))(
    'are rejected for an invalid type, value or name: %o',
    (options, text) => {
      expect(() => resolveCookieOptions(options)).toThrow(refusal(text));
    },
  );

  it('count as omitted when they are undefined', () => {
    const left = Object.fromEntries(cookieOptionNames.map((name) => [name, undefined]));
    expect(resolveCookieOptions(left as never)).toEqual(resolveCookieOptions());
  });

  it.each<[string, SessionCookieOptions, RegExp]>([
    [
      '__Host- with a domain',
      { name: '__Host-a', domain: 'a.example' },
      /cookie\.name must be without the prefix/,
    ],
    ['__Host- with a path', { name: '__Host-a', path: '/a' }, /cookie\.name must be without the prefix/],
    ['__host- with a path', { name: '__host-a', path: '/a' }, /cookie\.name/],
    ['a prefix without Secure', { name: '__Host-a', secure: false }, /cookie\.name must be left out/],
    ['__SECURE- without Secure', { name: '__SECURE-a', secure: false }, /cookie\.name/],
    [
      'SameSite=None without Secure',
      { sameSite: 'none', secure: false },
      /cookie\.sameSite must be left out/,
    ],
    [
      'Partitioned without Secure',
      { partitioned: true, secure: false },
      /cookie\.partitioned must be left out/,
    ],
    [
      'Secure on loopback only',
      { secure: false, insecureOnLoopback: false },
      /cookie\.insecureOnLoopback must be left out/,
    ],
  ])('that contradict each other are rejected: %s', (_, options, text) => {
    expect(() => resolveCookieOptions(options)).toThrow(refusal(text));
  });

  it.each<[SessionCookieOptions, Partial<SessionCookieOptions>]>([
    [{ name: '__Host-Http-sid' }, { name: '__Host-Http-sid' }],
    [{ name: '__Secure-sid', insecureOnLoopback: true }, { insecureOnLoopback: true }],
    [{ name: 'sid.v1' }, { name: 'sid.v1' }],
    [
      { name: 'sid', domain: '.Shop.Example' },
      { name: 'sid', domain: 'shop.example' },
    ],
    [{ domain: 'xn--sss-hoa.example' }, { name: '__Secure-session' }],
    [{ domain: '4.shop.example' }, { domain: '4.shop.example' }],
    [{ path: '/app/%20a.b/..c' }, { path: '/app/%20a.b/..c' }],
    [{ partitioned: true }, { name: '__Host-session' }],
    [
      { chunks: 8, maxHeaderSize: 4096 },
      { chunks: 8, maxHeaderSize: 4096 },
    ],
    [{ secure: false }, { name: 'session', insecureOnLoopback: false }],
    [{ secure: false, insecureOnLoopback: true }, { name: 'session' }],
  ])('that make a cookie browsers keep are accepted: %j', (options, resolved) => {
    expect(resolveCookieOptions(options)).toMatchObject(resolved);
  });
});
