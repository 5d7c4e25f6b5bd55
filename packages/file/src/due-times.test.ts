import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDueTimes } from './due-times.ts';

const nameOf = (shard: number, n: number) =>
  shard.toString(16).padStart(2, '0') + n.toString(16).padStart(8, '0') + '0'.repeat(54);

describe('due times', () => {
  it('let a file be passed over only until it is due, round by round', () => {
    const due = createDueTimes();
    const name = nameOf(7, 1);
    due.enter(7, 1, false);
    expect(due.isLater(name, 0)).toBe(false);
    due.remember(name, 5000);
    for (let round = 0; round < 3; round++) {
      due.enter(7, 1, false);
      expect(due.isLater(name, 4999)).toBe(true);
    }
    due.enter(7, 1, false);
    expect(due.isLater(name, 5000)).toBe(false);
    due.enter(7, 1, false);
    expect(due.isLater(name, 0)).toBe(false);
  });

  it('know nothing of what was forgotten, before and after it was looked at, nor of what is looked at afresh', () => {
    const due = createDueTimes();
    const [one, other, third] = [nameOf(1, 1), nameOf(1, 2), nameOf(1, 3)];
    due.enter(1, 3, false);
    for (const name of [one, other, third]) due.remember(name, 9000);
    due.forget(one);
    due.enter(1, 3, false);
    expect(due.isLater(one, 0)).toBe(false);
    due.forget(other);
    expect(due.isLater(other, 0)).toBe(false);
    expect(due.isLater(third, 0)).toBe(true);
    due.forget(third);
    due.enter(1, 3, false);
    expect(due.isLater(third, 0)).toBe(false);
    due.remember(third, 9000);
    due.enter(1, 3, true);
    expect(due.isLater(third, 0)).toBe(false);
  });

  it('never hold a file back for longer than was said of it, whatever their names', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(3), fc.nat(2 ** 32 - 1), fc.nat(10 ** 13))), (files) => {
        const due = createDueTimes();
        const shards = [0, 1, 2, 3].map((shard) => files.filter(([one]) => one === shard));
        for (const round of [1, 2]) {
          for (const [shard, inIt] of shards.entries()) {
            due.enter(shard, inIt.length, false);
            for (const [, n, expiresAt] of inIt) {
              const name = nameOf(shard, n);
              if (round === 1) due.remember(name, expiresAt);
              else expect(due.isLater(name, expiresAt)).toBe(false);
            }
          }
        }
      }),
    );
  });

  it('take no more files of a shard than were counted, and forget what they have no room for', () => {
    const due = createDueTimes();
    due.enter(0, 2, false);
    for (let n = 1; n <= 100; n++) due.remember(nameOf(0, n), 9000);
    due.enter(0, 100, false);
    const known = Array.from({ length: 100 }, (_, n) => due.isLater(nameOf(0, n + 1), 0)).filter(Boolean);
    expect(known.length).toBeGreaterThan(1);
    expect(known.length).toBeLessThan(100);
  });
});
