import type { SessionData, StoredSession } from '@store/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openLoaded } from '../../test/opened.ts';

const id = 'i'.repeat(43);

function open(data: SessionData = {}, more: Partial<StoredSession> = {}) {
  const stored: StoredSession = { id, exists: true, data, flash: {}, ...more };
  const request = openLoaded(stored);
  /** The result of applying the session's changes to newer content. */
  const replay = (current: Partial<{ data: SessionData; flash: SessionData }> = {}) =>
    request.journal.take().change({ data: current.data ?? data, flash: current.flash ?? stored.flash });
  return { request, session: request.session, stored, replay };
}

describe('session values', () => {
  it('are read as stored, set, deleted and listed', () => {
    const { session } = open({ a: 1, b: [2] });
    session.set('c', { d: null });
    session.delete('a');
    expect(session.all()).toEqual({ b: [2], c: { d: null } });
    expect([session.has('a'), session.has('b')]).toEqual([false, true]);
    expect([session.get('a'), session.get('c')]).toEqual([undefined, { d: null }]);
  });

  it('are replayed key by key on newer content', () => {
    const { session, replay } = open({ a: 1, b: 1, c: 1 });
    session.set('a', 2);
    session.delete('b');
    session.set('new', 1);
    expect(replay({ data: { a: 9, b: 9, c: 9, other: 9 } }).data).toEqual({ a: 2, c: 9, other: 9, new: 1 });
  });

  it('are updated from the latest value with update, even after set and delete', () => {
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

  it('cannot be changed in place, neither through what was read nor through what was set', () => {
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

  it('that are invalid are rejected at the faulty line, with the path, and no part of them is kept', () => {
    const { session, request } = open();
    const cyclic: { self?: unknown } = {};
    cyclic.self = cyclic;
    for (const value of [undefined, Number.NaN, 1n, new Date(), new Map(), () => {}, cyclic]) {
      const wrong = { deep: [value] } as never;
      expect(() => session.set('a', wrong)).toThrow(expect.objectContaining({ code: 'INVALID_VALUE' }));
      expect(() => session.update('a', () => wrong)).toThrow(/data\.a\.deep\[0\]/);
      expect(() => session.flash('a', wrong)).toThrow(/flash\.a\.deep\[0\]/);
      expect(() => session.flashNow('a', wrong)).toThrow(/flash\.a\.deep\[0\]/);
    }
    expect([request.journal.isChanged, session.all()]).toEqual([false, {}]);
  });

  it('count as unchanged when they are set to the value they already have', () => {
    const { session, request } = open({ a: { b: [1, { c: 2 }] } });
    session.set('a', { b: [1, { c: 2 }] });
    session.delete('missing');
    expect(request.journal.isChanged).toBe(false);
    session.set('a', 1);
    session.set('a', { b: [1, { c: 2 }] });
    expect(request.journal.isChanged).toBe(true);
  });

  it('set after an update are stored exactly as given, whatever the update and other requests write', () => {
    for (const value of [1, 2]) {
      const { session, replay } = open({ a: 1 });
      session.update('a', (n) => Number(n) + 1);
      session.set('a', value);
      expect(session.get('a')).toBe(value);
      expect(replay({ data: { a: 5 } }).data).toEqual({ a: value });
    }
  });

  it('may have any string as their key, even __proto__', () => {
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

  it('are the same when replayed on the base as when read in the session, whatever is done', () => {
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
  it('is new until something is stored, and already has an id', () => {
    const { session } = open({}, { exists: false, id: 'from-the-client' });
    expect([session.isNew, session.id]).toEqual([true, expect.stringMatching(/^[\w-]{43}$/)]);
  });

  it('moves to a new id only once with regenerate, and keeps its content', () => {
    const { session, request } = open({ a: 1 });
    session.regenerate();
    session.regenerate();
    expect([session.id === id, session.get('a')]).toEqual([false, 1]);
    expect(request.journal.take()).toMatchObject({ id: session.id, moves: true, changed: true, ended: [] });
  });

  it('is gone after invalidate, whatever happened before, and starts over with later changes', () => {
    const { session, request, stored } = open({ a: 1 }, { flash: { f: 1 }, subject: '7' });
    session.set('b', 1);
    session.setLifetime({ idleTimeout: 60 });
    session.regenerate();
    session.invalidate();
    expect([session.isNew, session.subject, session.all(), session.hasFlash('f')]).toEqual([
      true,
      undefined,
      {},
      false,
    ]);
    session.set('c', 1);
    const write = request.journal.take();
    expect(write).toMatchObject({
      ended: [stored.id],
      invalidated: true,
      moves: false,
      id: session.id,
      options: {},
    });
    expect(write.change({ data: {}, flash: {} })).toEqual({ data: { c: 1 }, flash: {} });
  });

  it('has no own accessor, which would keep it alive until a full collection (decision 004)', () => {
    const own = Object.values(Object.getOwnPropertyDescriptors(open().session));
    expect(own.filter((property) => property.get !== undefined)).toEqual([]);
  });

  it("gets a new id with every login, and drops another user's data", () => {
    const same = open({ cart: 1 }, { subject: '7' });
    same.session.setSubject('7');
    expect([same.session.id === id, same.session.get('cart')]).toEqual([false, 1]);
    const visitor = open({ cart: 1 });
    visitor.session.setSubject('7');
    expect(visitor.session.get('cart')).toBe(1);
    const known = open({ role: 'admin' }, { subject: '7', flash: { note: 1 } });
    known.session.set('mine', 1);
    known.session.setSubject('8');
    expect([known.session.subject, known.session.all(), known.session.hasFlash('note')]).toEqual([
      '8',
      {},
      false,
    ]);
    known.session.set('b', 1);
    const write = known.request.journal.take();
    expect(write).toMatchObject({ moves: true, options: { subject: '8' } });
    expect(write.change({ data: { role: 'admin', later: 1 }, flash: { note: 1 } })).toEqual({
      data: { b: 1 },
      flash: {},
    });
    for (const wrong of ['', 'a\0', '\ud800', 'x'.repeat(256), 7 as never]) {
      expect(() => known.session.setSubject(wrong)).toThrow(
        expect.objectContaining({ code: 'INVALID_VALUE' }),
      );
    }
  });

  it('accepts whole seconds as its idle timeout', () => {
    const { session, request } = open();
    for (const wrong of [0, -1, 1.5, Number.NaN, '60' as never]) {
      expect(() => session.setLifetime({ idleTimeout: wrong })).toThrow(
        expect.objectContaining({ code: 'INVALID_OPTION' }),
      );
    }
    session.setLifetime({ idleTimeout: 60 });
    expect(request.journal.take()).toMatchObject({ changed: true, options: { idleTimeout: 60 } });
  });
});

describe("a session that is mistaken for another library's", () => {
  // An assignment in sloppy mode, where only a setter can throw.
  const assign = new Function('session', 'name', 'session[name] = 7; session.touched = true;');

  it('rejects every assignment, in sloppy mode too, and says how to store the value', () => {
    const { session } = open({ a: 1 });
    for (const name of [
      'userId',
      'user',
      'cookie',
      'passport',
      'flash',
      'id',
      'subject',
      'isNew',
      'constructor2',
    ]) {
      expect(() => assign(session, name)).toThrow(new RegExp(`Write session\\.set\\('${name}', …\\)`));
    }
    expect(session.get('a')).toBe(1);
    expect(Reflect.get(session, 'unknown')).toBeUndefined();
  });

  it('has methods that can be neither replaced nor extended', () => {
    const { session } = open();
    for (const name of ['get', 'set', 'regenerate', 'save', 'toJSON']) {
      expect(() => Object.assign(session, { [name]: () => {} })).toThrow();
      expect(Object.isFrozen(Reflect.get(session, name))).toBe(true);
    }
    expect(Object.isFrozen(session.flash)).toBe(true);
    session.flash('a', 1);
  });

  it('rejects callbacks immediately, with what to write instead', () => {
    const session = open().session as unknown as { [name: string]: (callback: () => void) => unknown };
    const callback = () => {};
    for (const name of ['regenerate', 'invalidate'])
      expect(() => session[name]?.(callback)).toThrow(/takes no callback\. Call it and continue/);
    for (const name of ['save', 'reload'])
      expect(() => session[name]?.(callback)).toThrow(new RegExp(`await session\\.${name}\\(\\)`));
    expect(() => session.destroy?.(callback)).toThrow(/session\.invalidate\(\)/);
  });

  it('is serialized to JSON with its values, and without its id', () => {
    const { session } = open({ a: 1 });
    expect(JSON.parse(JSON.stringify({ session }))).toEqual({ session: { a: 1 } });
    expect(JSON.stringify(session)).not.toContain(id);
  });
});

describe('values', () => {
  it('can have a default, be pulled, and be cleared', () => {
    const { session, replay } = open({ a: 1, b: 2, none: null }, { subject: '7' });
    expect([session.get('missing', 5), session.get('a', 5), session.get('none', 5)]).toEqual([5, 1, null]);
    expect([session.pull('a'), session.pull('a')]).toEqual([1, undefined]);
    session.clear();
    session.set('c', 3);
    expect(replay({ data: { a: 9, b: 9, other: 9 } }).data).toEqual({ other: 9, c: 3 });
  });

  it('for this request only are kept by keepFlash', () => {
    const { session, replay } = open();
    session.flashNow('a', 1);
    session.flashNow('b', 2);
    session.keepFlash('a');
    expect(replay().flash).toEqual({ a: 1 });
  });
});
