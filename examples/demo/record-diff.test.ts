import { describe, expect, it } from 'vitest';
import type { HeldField, HeldSession } from './backends/backend.ts';
import { diffRecords } from './record-diff.ts';

const record = (...fields: HeldField[]): HeldSession => ({ fields, expiresAt: 0 });
const json = (name: string, value: unknown): HeldField => ({
  name,
  value: JSON.stringify(value),
  kind: 'json',
});

describe('diffRecords', () => {
  it('lists what was added, changed and removed, identity first and flash last', () => {
    const before = record(
      json('payload', { v: 1, flash: { old: 'x' }, data: { cart: { assam: 1, sencha: 2 } } }),
      { name: 'key', value: 'a' },
      { name: 'subject', value: null },
    );
    const after = record(
      json('payload', {
        v: 1,
        flash: { notice: { tone: 'good' } },
        data: { cart: { assam: 2 }, name: 'Ada' },
      }),
      { name: 'key', value: 'b' },
      { name: 'subject', value: 'person:ada' },
    );
    expect(diffRecords(before, after)).toEqual([
      { name: 'key', before: 'a', after: 'b' },
      { name: 'subject', before: undefined, after: 'person:ada' },
      { name: 'cart.assam', before: '1', after: '2' },
      { name: 'cart.sencha', before: '2', after: undefined },
      { name: 'name', before: undefined, after: 'Ada' },
      { name: 'flash.old', before: 'x', after: undefined },
      { name: 'flash.notice', before: undefined, after: '{"tone":"good"}' },
    ]);
  });

  it('leaves out fields that change with every request', () => {
    const at = (time: number) =>
      record(
        { name: 'version', value: time },
        { name: 'expires_at', value: time, kind: 'time' },
        json('payload', { data: {} }),
      );
    expect(diffRecords(at(1), at(2))).toEqual([]);
  });

  it('reads data and flash from separate fields, as in a sealed cookie', () => {
    const before = record(json('data', { cart: { assam: 1 } }), json('flash', {}));
    const after = record(json('data', { cart: { assam: 2 } }), json('flash', { notice: 'x' }));
    expect(diffRecords(before, after).map(({ name }) => name)).toEqual(['cart.assam', 'flash.notice']);
  });
});
