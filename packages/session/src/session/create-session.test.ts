import type { SessionData, StoredSession } from '@store/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSession } from './create-session.ts';
import { createSchemaCheck } from './schema-check.ts';

const id = 'i'.repeat(43);

function open(data: SessionData = {}, more: Partial<StoredSession> = {}) {
  const stored: StoredSession = { id, exists: true, data, flash: {}, ...more };
  const made = createSession({ stored, schema: createSchemaCheck(undefined), onLateChange: () => {} });
  /** What the session's changes make of newer content. */
  const replay = (current: Partial<{ data: SessionData; flash: SessionData }> = {}) =>
    made.journal.take().change({ data: current.data ?? data, flash: current.flash ?? stored.flash });
  return { ...made, stored, replay };
}

describe('session values', () => {
  it('are read as stored, set, deleted and listed', () => {
    const { session } = open({ a: 1, b: [2] });
    session.set('c', { d: null });
    session.delete('a');
    expect(session.all()).toEqual({ b: [2], c: { d: null } });
    expect([session.has('a'), session.has('b'), session.get('a'), session.get('c')]).toEqual([
      false,
      true,
      undefined,
      { d: null },
    ]);
  });

  it('are replayed key by key onto newer content', () => {
    const { session, replay } = open({ a: 1, b: 1, c: 1 });
    session.set('a', 2);
    session.delete('b');
    session.set('new', 1);
    expect(replay({ data: { a: 9, b: 9, c: 9, other: 9 } }).data).toEqual({ a: 2, c: 9, other: 9, new: 1 });
  });

  it('count on the newest value with update, also after set and delete', () => {
    const { session, replay } = open({ a: 1, b: 1, c: 1 });
    const add = (n: unknown) => Number(n ?? 0) + 1;
    session.update('a', add);
    session.update('a', add);
    session.set('b', 10);
    session.update('b', add);
    session.delete('c');
    session.update('c', add);
    expect(session.all()).toEqual({ a: 3, b: 11, c: 1 });
    expect(replay({ data: { a: 5, b: 5, c: 5 } }).data).toEqual({ a: 7, b: 11, c: 1 });
  });

  it('give out nothing that could be changed in place, and keep nothing the caller can change', () => {
    const { session, stored, replay } = open({ cart: { items: ['tea'] } });
    const cart = session.get('cart') as { items: string[] };
    expect(() => cart.items.push('milk')).toThrow(TypeError);
    const given = { items: ['rice'] };
    session.set('mine', given);
    given.items.push('later');
    expect(session.get('mine')).toEqual({ items: ['rice'] });
    const changeInPlace = (value: unknown): never => {
      (value as { items: string[] }).items.push('milk');
      return value as never;
    };
    expect(() => session.update('cart', changeInPlace)).toThrow(TypeError);
    expect(Object.isFrozen(session.all())).toBe(true);
    expect(stored).toEqual({ id, exists: true, data: { cart: { items: ['tea'] } }, flash: {} });
    expect(Object.isFrozen(stored.data.cart)).toBe(false);
    expect(replay().data).toEqual({ cart: { items: ['tea'] }, mine: { items: ['rice'] } });
  });

  it('are refused at the faulty line, with the path, and nothing of them is kept', () => {
    const { session, journal } = open();
    const cyclic: { self?: unknown } = {};
    cyclic.self = cyclic;
    for (const value of [undefined, Number.NaN, 1n, new Date(), new Map(), () => {}, cyclic]) {
      const wrong = { deep: [value] } as never;
      expect(() => session.set('a', wrong)).toThrow(expect.objectContaining({ code: 'INVALID_VALUE' }));
      expect(() => session.update('a', () => wrong)).toThrow(/data\.a\.deep\[0\]/);
      expect(() => session.flash('a', wrong)).toThrow(/flash\.a\.deep\[0\]/);
      expect(() => session.flashNow('a', wrong)).toThrow(/flash\.a\.deep\[0\]/);
    }
    expect([journal.isChanged(), session.all()]).toEqual([false, {}]);
  });

  it('are no change when they are set to what they are', () => {
    const { session, journal } = open({ a: { b: [1, { c: 2 }] } });
    session.set('a', { b: [1, { c: 2 }] });
    session.delete('missing');
    expect(journal.isChanged()).toBe(false);
    session.set('a', 1);
    session.set('a', { b: [1, { c: 2 }] });
    expect(journal.isChanged()).toBe(true);
  });

  it('may have any string as key, __proto__ too', () => {
    for (const key of ['__proto__', 'constructor', '', 'toString', '\ud800']) {
      const { session, replay } = open({ kept: 1 });
      session.set(key, { polluted: true });
      session.flash(key, 1);
      const content = replay();
      expect(Object.keys(content.data)).toEqual(['kept', key]);
      expect(Object.hasOwn(content.flash, key)).toBe(true);
      expect(session.get(key)).toEqual({ polluted: true });
      expect(Object.hasOwn(session.all(), key)).toBe(true);
      expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    }
  });

  it('end up the same replayed on the base as they read in the session, whatever is done', () => {
    const key = fc.constantFrom('a', 'b', '__proto__');
    const step = fc.oneof(
      fc.record({ do: fc.constant('set' as const), key, value: fc.jsonValue() }),
      fc.record({ do: fc.constant('delete' as const), key, value: fc.constant(null) }),
      fc.record({ do: fc.constant('update' as const), key, value: fc.jsonValue() }),
    );
    fc.assert(
      fc.property(fc.dictionary(key, fc.jsonValue()), fc.array(step), (data, steps) => {
        const base = JSON.parse(JSON.stringify(data)) as SessionData;
        const { session, replay } = open(base);
        for (const { do: method, key: name, value } of steps) {
          if (method === 'set') session.set(name, value as never);
          else if (method === 'delete') session.delete(name);
          else session.update(name, (current) => [current ?? null, value] as never);
        }
        const seen = session.all();
        expect(replay().data).toEqual(seen);
        expect(base).toEqual(JSON.parse(JSON.stringify(data)));
      }),
    );
  });
});

describe('session identity', () => {
  it('is new until something is stored, with an id of its own', () => {
    const { session } = open({}, { exists: false, id: 'from-the-client' });
    expect([session.isNew, session.id]).toEqual([true, expect.stringMatching(/^[\w-]{43}$/)]);
  });

  it('moves to a new id with regenerate, once, and keeps what it holds', () => {
    const { session, journal } = open({ a: 1 });
    session.regenerate();
    session.regenerate();
    expect([session.id === id, session.get('a')]).toEqual([false, 1]);
    expect(journal.take()).toMatchObject({ id: session.id, moves: true, changed: true, ended: undefined });
  });

  it('is gone with invalidate, whatever happened before, and begins anew with what comes after', () => {
    const { session, journal, stored } = open({ a: 1 }, { flash: { f: 1 }, subject: '7' });
    session.set('b', 1);
    session.setIdleTimeout(60);
    session.regenerate();
    session.invalidate();
    expect([session.isNew, session.subject, session.all(), session.hasFlash('f')]).toEqual([
      true,
      undefined,
      {},
      false,
    ]);
    session.set('c', 1);
    const write = journal.take();
    expect(write).toMatchObject({
      ended: stored,
      invalidated: true,
      moves: false,
      id: session.id,
      options: {},
    });
    expect(write.change({ data: {}, flash: {} })).toEqual({ data: { c: 1 }, flash: {} });
  });

  it('has no accessor of its own, which would keep it alive until a full collection (decision 004)', () => {
    const own = Object.values(Object.getOwnPropertyDescriptors(open().session));
    expect(own.filter((property) => property.get !== undefined)).toEqual([]);
  });

  it('regenerates for a subject it did not have, and not for the one it has', () => {
    const known = open({}, { subject: '7' });
    known.session.setSubject('7');
    expect([known.session.id, known.journal.isChanged()]).toEqual([id, false]);
    known.session.setSubject('8');
    expect(known.session.subject).toBe('8');
    expect(known.journal.take()).toMatchObject({ moves: true, options: { subject: '8' } });
    for (const wrong of ['', 'a\0', '\ud800', 'x'.repeat(256), 7 as never]) {
      expect(() => known.session.setSubject(wrong)).toThrow(
        expect.objectContaining({ code: 'INVALID_VALUE' }),
      );
    }
  });

  it('takes whole seconds as its own idle timeout', () => {
    const { session, journal } = open();
    for (const wrong of [0, -1, 1.5, Number.NaN, '60' as never]) {
      expect(() => session.setIdleTimeout(wrong)).toThrow(
        expect.objectContaining({ code: 'INVALID_OPTION' }),
      );
    }
    session.setIdleTimeout(60);
    expect(journal.take()).toMatchObject({ changed: true, options: { idleTimeout: 60 } });
  });
});
