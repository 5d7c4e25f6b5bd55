import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { StoreCalls } from './store-calls.ts';

const program = join(import.meta.dirname, '../../test/slow-store.ts');

afterEach(() => {
  vi.useRealTimers();
});

describe("a store call's timer", () => {
  it('runs only during a slow call, and stops when the call ends, even if it fails', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const calls = new StoreCalls('memory', 10);
    const { promise, resolve } = Promise.withResolvers<string>();
    const { promise: doomed, reject } = Promise.withResolvers<string>();
    expect(calls.call(() => 'at hand')).toBe('at hand');
    expect(vi.getTimerCount()).toBe(0);
    const both = [calls.call(() => promise), calls.call(() => doomed)];
    expect(vi.getTimerCount()).toBe(2);
    resolve('found');
    reject(new Error('connection lost'));
    expect(await Promise.allSettled(both)).toMatchObject([{ value: 'found' }, { status: 'rejected' }]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not keep an otherwise idle process alive', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program], {
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '2 UNAVAILABLE', stderr: '' });
  });
});
