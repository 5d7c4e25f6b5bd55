import { StoreError } from '../errors.ts';

/** How often a write is tried against others that come first, before it gives up. */
export const mostAttempts = 100;

/** How many marks are followed from one id, before it counts as one that leads nowhere. */
export const mostMoves = 1000;

/** The error for a session that changed under every attempt. */
export function tooManyConflicts(name: string): StoreError {
  return new StoreError(
    'CONFLICT',
    `[${name}] The session changed under each of ${mostAttempts} attempts to write it. ` +
      'Nothing was written; try again, or write this session less often.',
  );
}

/** Two quick tries, then a random pause of at most 50 ms, so that many processes do not trip over each other forever. */
export function pauseAfterConflict(attempt: number): Promise<void> | undefined {
  if (attempt <= 2) return undefined;
  const milliseconds = Math.random() * Math.min(50, 2 ** (attempt - 2));
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
