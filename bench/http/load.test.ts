import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../measure/order.ts';
import type { Connection } from './connection.ts';
import { runLoad } from './load.ts';

const cookies = ['a', 'b', 'c', 'd'];

/** Two connections that record the sessions they requested, and the maximum number of requests in flight on each. */
function twoConnections() {
  const seen = new Map<string, Set<number>>();
  const most = [0, 0];
  const connections = most.map((_, index): Connection => {
    let underWay = 0;
    return {
      async get(path, cookie) {
        expect(path).toBe('/read');
        most[index] = Math.max(most[index] ?? 0, ++underWay);
        seen.set(cookie, (seen.get(cookie) ?? new Set()).add(index));
        await nextTurn();
        underWay--;
        return { text: '', setCookies: [] };
      },
      close: async () => {},
    };
  });
  return { connections, seen, most };
}

const eachOnOne = new Map([
  ['a', new Set([0])],
  ['b', new Set([1])],
  ['c', new Set([0])],
  ['d', new Set([1])],
]);

describe('runLoad', () => {
  it('keeps one request in flight on each connection, and each session on one connection', async () => {
    const { connections, seen, most } = twoConnections();
    const load = { path: '/read', milliseconds: 20 };
    const { requests, latencies, milliseconds } = await runLoad(connections, cookies, load, Math.random);
    expect(requests).toBe(latencies.length);
    expect(milliseconds).toBeGreaterThanOrEqual(20);
    expect(most).toEqual([1, 1]);
    expect(seen).toEqual(eachOnOne);
  });

  it.each([undefined, 1000])(
    'rejects on a failure, and no longer keeps the process awake, at %s requests a second',
    async (perSecond) => {
      const failing: Connection = { get: () => Promise.reject(new Error('gone')), close: async () => {} };
      const load = { path: '/read', milliseconds: 20, perSecond };
      await expect(runLoad([failing], cookies, load, seededRandom(1))).rejects.toThrow('gone');
      expect(process.getActiveResourcesInfo()).not.toContain('Immediate');
    },
  );

  it('sends requests at random moments at the given rate, and each session on one connection', async () => {
    const { connections, seen } = twoConnections();
    const load = { path: '/read', milliseconds: 100, perSecond: 1000 };
    const { requests } = await runLoad(connections, cookies, load, seededRandom(1));
    const random = seededRandom(1);
    let expected = -1;
    for (let due = 0; due < 100; expected++) due += -Math.log(1 - random());
    expect(requests).toBe(expected);
    expect(requests).toBeGreaterThan(70);
    expect(seen).toEqual(eachOnOne);
  });
});
