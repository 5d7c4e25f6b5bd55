import { describe, expect, it } from 'vitest';
import { openLoaded } from '../../test/opened.ts';
import { isSecretField } from './form-flash.ts';

/** A session with flash from an earlier request, and the flash that the next request will find. */
function open(flash = {}) {
  const { session, journal } = openLoaded({ flash });
  return { session, next: () => journal.take().change({ data: {}, flash }).flash };
}

describe("a form's values and errors", () => {
  it('reach the next request, and only what is read is consumed', () => {
    const first = open();
    first.session.flashOld({ name: 'Ada', agreed: undefined, tags: ['x'] });
    first.session.flashErrors({
      email: ['is missing', 'is short'],
      name: 'is taken',
      tags: [],
      age: undefined,
    });
    const flash = first.next();
    expect(flash).toEqual({
      'old.name': 'Ada',
      'old.tags': ['x'],
      'errors.email': ['is missing', 'is short'],
      'errors.name': 'is taken',
    });
    const { session, next } = open(flash);
    expect([session.old('name'), session.old('agreed'), session.old('tags')]).toEqual([
      'Ada',
      undefined,
      ['x'],
    ]);
    expect([session.hasError('email'), session.hasError('age')]).toEqual([true, false]);
    expect([session.error('email'), session.error('age')]).toEqual(['is missing', undefined]);
    expect(next()).toEqual({ 'errors.name': 'is taken' });
  });

  it('show the first message for each field, and all messages for one', () => {
    const { session, next } = open({
      'errors.email': ['is missing', 'is short'],
      'errors.name': 'is taken',
      other: 1,
    });
    expect(session.errors()).toEqual({ email: 'is missing', name: 'is taken' });
    expect([session.errors('email'), session.errors('name'), session.errors('age')]).toEqual([
      ['is missing', 'is short'],
      ['is taken'],
      [],
    ]);
    expect(next()).toEqual({ other: 1 });
  });

  it('are checked before they are kept, at any depth', () => {
    const { session } = open();
    expect(() => session.flashOld({ tags: [() => 'x'] } as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_VALUE', message: expect.stringContaining('flash.old.tags') }),
    );
  });

  it('lose every secret field, at any depth, and keep the rest of its object', () => {
    const { session, next } = open();
    session.flashOld({
      email: 'a@b.c',
      newPassword: 'x',
      'card[number]': 'x',
      payment: { method: 'invoice', card_number: 'x', shipping: [{ street: 'Elm', PIN: 'x' }] },
    });
    expect(next()).toEqual({
      'old.email': 'a@b.c',
      'old.payment': { method: 'invoice', shipping: [{ street: 'Elm' }] },
    });
  });
});

describe('a secret field', () => {
  it.each([
    'password',
    'passwordConfirmation',
    'new_password1',
    'user[password]',
    'user.passwd',
    'client-secret',
    'apiToken',
    'XSRFToken',
    'cardNumber',
    'CVC',
    'myCVV2',
    'userPINCode',
    'pin',
  ])('is recognized by one of its words: %s', (name) => {
    expect(isSecretField(name)).toBe(true);
  });

  it.each([
    'email',
    'passenger',
    'compass',
    'shipping',
    'spinner',
    'discard',
    'cardigan',
    'tokenized',
    'opinion',
    '',
  ])('is not recognized by part of a word: %s', (name) => {
    expect(isSecretField(name)).toBe(false);
  });
});
