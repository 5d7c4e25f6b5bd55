import type { Connection } from './connection.ts';

/** What a block of requests took. */
export interface LoadResult {
  requests: number;
  milliseconds: number;
  /** Milliseconds of each request, from its sending to the end of its answer. */
  latencies: number[];
}

/**
 * Keeps one request under way on every connection until the time is up. No two connections use the same session, so that
 * nobody waits for another's lock.
 */
export async function runLoad(
  connections: readonly Connection[],
  cookies: readonly string[],
  path: string,
  milliseconds: number,
): Promise<LoadResult> {
  const latencies: number[] = [];
  const stayAwake = keepAwake();
  const begin = performance.now();
  await Promise.all(
    connections.map(async (connection, first) => {
      let start = begin;
      for (let n = first; start - begin < milliseconds; n += connections.length) {
        await connection.get(path, cookies[n % cookies.length] as string);
        const end = performance.now();
        latencies.push(end - start);
        start = end;
      }
    }),
  );
  stayAwake.end();
  return { requests: latencies.length, milliseconds: performance.now() - begin, latencies };
}

/**
 * Keeps this process looking for answers instead of sleeping until one comes. The server would pay for waking it, with each
 * answer and more than some servers take for all the rest, but only a server slow enough to be waited for.
 */
function keepAwake(): { end(): void } {
  let awake = true;
  const look = () => {
    if (awake) setImmediate(look);
  };
  look();
  return {
    end() {
      awake = false;
    },
  };
}
