import { describe, expect, it } from 'vitest';
import { cookieAfter } from './connection.ts';

describe('cookieAfter', () => {
  it('replaces cookies that are set again and keeps the others', () => {
    expect(cookieAfter('', ['session=a; Path=/', 'session.sig=b'])).toBe('session=a; session.sig=b');
    expect(cookieAfter('session=a; session.sig=b', ['session.sig=c; HttpOnly'])).toBe(
      'session=a; session.sig=c',
    );
    expect(cookieAfter('session=a', [])).toBe('session=a');
  });

  it('keeps an equals sign in a value', () => {
    expect(cookieAfter('', ['session=e30=; Path=/'])).toBe('session=e30=');
  });
});
