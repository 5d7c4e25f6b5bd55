import { describe, expect, it } from 'vitest';
import { devicesFrom } from './devices.ts';

const minute = 60_000;
const timeouts = { idleTimeout: 900, absoluteTimeout: 3600, now: () => 40 * minute } as const;
const session = (handle: string, device: string, signedIn: number, expires: number) => ({
  handle,
  createdAt: 0,
  expiresAt: expires * minute,
  data: { device, signedInAt: signedIn * minute },
});

describe('devicesFrom', () => {
  it('numbers only devices with the same name, in the order of signing in', () => {
    const sessions = [
      session('a', 'Chrome on Linux', 20, 50),
      session('b', 'Safari on iOS', 2, 50),
      session('c', 'Chrome on Linux', 10, 50),
    ];
    expect(devicesFrom(sessions, 'c', timeouts).map(({ name, isThis }) => [name, isThis])).toEqual([
      ['Chrome on Linux (2)', false],
      ['Safari on iOS', false],
      ['Chrome on Linux (1)', true],
    ]);
  });

  it('derives the last request from the idle timeout, unless the absolute timeout cuts it short', () => {
    const sessions = [session('a', 'x', 0, 50), session('b', 'y', 0, 60)];
    expect(devicesFrom(sessions, 'a', timeouts).map(({ lastSeenAt }) => lastSeenAt)).toEqual([
      35 * minute,
      undefined,
    ]);
  });
});
