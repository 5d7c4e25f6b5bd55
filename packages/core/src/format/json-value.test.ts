import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { assertJsonValue, assertSessionContent } from './json-value.ts';

function complaint(value: unknown, path = 'data'): string {
  try {
    assertJsonValue(value, path);
    return 'accepted';
  } catch (error) {
    expect(error).toMatchObject({ name: 'StoreError', code: 'INVALID_VALUE' });
    return (error as Error).message;
  }
}

const cycle: Record<string, unknown> = {};
cycle.self = { again: cycle };
const arrayCycle: unknown[] = [];
arrayCycle.push(arrayCycle);
let deep: unknown = 'bottom';
for (let level = 0; level < 1000; level++) deep = [deep];

describe('assertJsonValue', () => {
  it.each([
    ['null', null],
    ['a string', 'text'],
    ['a lone surrogate', '\ud800'],
    ['an empty string', ''],
    ['a finite number', -1.5e300],
    ['a boolean', false],
    ['an empty array', []],
    ['nested arrays and objects', { a: [{ b: [null, 1] }] }],
    ['an object without prototype', Object.assign(Object.create(null), { a: 1 })],
    ['an object of another realm', runInNewContext('({ a: [1] })')],
    ['an own key __proto__', JSON.parse('{"__proto__":{"a":1}}')],
    ['keys constructor, toString and the empty string', { constructor: 1, toString: 2, '': 3 }],
    ['the same object twice without a cycle', [deepShared(), deepShared()]],
  ])('accepts %s', (_, value) => {
    expect(complaint(value)).toBe('accepted');
  });

  it.each([
    ['undefined', undefined, 'is undefined'],
    ['NaN', Number.NaN, 'is NaN'],
    ['Infinity', Number.POSITIVE_INFINITY, 'is Infinity'],
    ['a BigInt', 1n, 'is a bigint'],
    ['a symbol', Symbol('s'), 'is a symbol'],
    ['a function', () => {}, 'is a function'],
    ['a Date', new Date(), 'is a Date'],
    ['a Map', new Map(), 'is a Map'],
    ['a RegExp', /x/, 'is a RegExp'],
    ['an Error', new Error('x'), 'is a Error'],
    ['a class instance', new (class Cart {})(), 'is a Cart'],
    ['a boxed string', Object('text'), 'is a String'],
    ['a typed array', new Uint8Array(1), 'is a Uint8Array'],
    ['a promise', Promise.resolve(), 'is a Promise'],
    [
      'an array with a property in addition to its items',
      /(a)/.exec('a'),
      'has properties besides its items',
    ],
    ['a symbol key', { [Symbol('s')]: 1 }, 'has a symbol key'],
  ])('refuses %s with its path', (_, value, why) => {
    expect(complaint(value, 'data.x')).toContain(`data.x ${why}`);
    expect(complaint({ list: [0, { value }] })).toContain(`data.list[1].value ${why}`);
  });

  it('rejects a hole in an array', () => {
    expect(complaint([1, undefined, 3])).toContain('data[1] is undefined');
  });

  it('rejects a cycle of objects or arrays, and says why', () => {
    expect(complaint(cycle)).toContain('refers back to itself');
    expect(complaint(arrayCycle)).toContain('refers back to itself');
  });

  it('rejects nesting deeper than 200 instead of overflowing the stack', () => {
    expect(complaint(deep)).toContain('is nested deeper than 200');
  });

  it('quotes path segments that are not identifiers', () => {
    expect(complaint({ 'a b': { '': undefined } })).toContain('data["a b"][""] is undefined');
  });

  it('never prints a value', () => {
    expect(complaint({ secret: ['hunter2', undefined] })).not.toContain('hunter2');
  });
});

describe('assertSessionContent', () => {
  it.each([
    ['nothing', undefined],
    ['a promise, as an async change would return', Promise.resolve({ data: {}, flash: {} })],
    ['content without flash', { data: {} }],
    ['an array as data', { data: [], flash: {} }],
    ['a Map as data', { data: new Map(), flash: {} }],
    ['null as flash', { data: {}, flash: null }],
  ])('refuses %s', (_, content) => {
    expect(() => assertSessionContent(content)).toThrow(expect.objectContaining({ code: 'INVALID_VALUE' }));
  });
});

function deepShared() {
  return shared;
}
const shared = { a: { b: 1 } };
