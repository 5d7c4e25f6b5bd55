let pool = new Uint32Array(0);
let next = 0;

/**
 * A new record version: 53 random bits, never counted up.
 *
 * Two writers that start from the same version can so never make the same next one, also after a record was removed and
 * created again. Drawn from a pool, because one call for 256 numbers costs little more than one for a single number.
 */
export function createRecordVersion(): number {
  if (next === pool.length) {
    pool = crypto.getRandomValues(new Uint32Array(512));
    next = 0;
  }
  const high = (pool[next++] as number) >>> 11;
  const low = pool[next++] as number;
  return high * 2 ** 32 + low;
}
