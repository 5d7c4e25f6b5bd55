import { setTimeout as sleep } from 'node:timers/promises';
import { StoreError } from '@store/core/driver';
import { errorCode } from './session-files.ts';

const longestPause = 25;

/**
 * Tries until it succeeds, waiting off the event loop in between: at random, so that processes which met once do not meet
 * again.
 *
 * @param patience Milliseconds after which to give up.
 * @param attempt Answers `undefined` when somebody has a lock it needs.
 * @throws {StoreError} `UNAVAILABLE` when the time is up.
 */
export async function untilFree<T>(
  patience: number,
  attempt: () => { value: T | Promise<T> } | undefined,
): Promise<T> {
  const deadline = performance.now() + patience;
  for (let attempts = 0; ; attempts++) {
    try {
      const done = attempt();
      if (done) return await done.value;
    } catch (error) {
      if (!isOpenElsewhere(error) || performance.now() >= deadline) throw error;
    }
    if (performance.now() >= deadline) throw stayedLocked(patience);
    await sleep(attempts === 0 ? 0 : Math.random() * Math.min(2 ** attempts, longestPause));
  }
}

/** On Windows a file cannot be replaced while somebody, a virus scanner for one, has it open. It passes. */
function isOpenElsewhere(error: unknown): boolean {
  return process.platform === 'win32' && /^(EPERM|EACCES|EBUSY)$/.test(errorCode(error) ?? '');
}

function stayedLocked(patience: number): StoreError {
  return new StoreError(
    'UNAVAILABLE',
    `[@store/file] Another process held the lock of this session for ${patience / 1000} seconds: it is stopped, or its disk ` +
      'does not answer. Let it go on or end it; its lock ends with it.',
  );
}
