import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Connection } from './connection.ts';
import { runLoad } from './load.ts';

describe('runLoad', () => {
  it('keeps one request under way on each connection, and each session on one connection', async () => {
    const seen = new Map<string, Set<number>>();
    const underWay = [0, 0];
    const connections = underWay.map(
      (_, index): Connection => ({
        async get(path, cookie) {
          expect(path).toBe('/read');
          expect(++(underWay as [number, number])[index as 0 | 1]).toBe(1);
          seen.set(cookie, (seen.get(cookie) ?? new Set()).add(index));
          await nextTurn();
          underWay[index] = 0;
          return { text: '', setCookies: [] };
        },
        close: async () => {},
      }),
    );
    const { requests, latencies, milliseconds } = await runLoad(
      connections,
      ['a', 'b', 'c', 'd'],
      '/read',
      20,
    );
    expect(requests).toBe(latencies.length);
    expect(milliseconds).toBeGreaterThanOrEqual(20);
    expect([...seen].sort()).toEqual([
      ['a', new Set([0])],
      ['b', new Set([1])],
      ['c', new Set([0])],
      ['d', new Set([1])],
    ]);
  });
});
