import { createSessionId } from '@store/core';
import { describe, it, onTestFinished } from 'vitest';
import { freshPool, freshSchema, url } from '../../test/fresh-schema.ts';
import { startSession } from '../start-session.ts';

/** Blocks the event loop, as a breakpoint, SIGSTOP or a long computation does. */
function block(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

describe.each([
  ['its own pool', true],
  ['an existing pool', false],
])('a process that is stalled for longer than its timeouts, with %s', (_pool, own) => {
  const options = () => ({
    ...(own ? { connectionString: url } : { pool: freshPool({ connectionTimeoutMillis: 900 }) }),
    cache: false,
    statementTimeout: 1,
    connectionTimeout: 1,
  });

  it('uses the result that arrived during the stall', async () => {
    const store = await startSession({ ...options(), schema: freshSchema() });
    onTestFinished(() => store.close());
    const id = createSessionId();
    await store.save(id, { n: 1 }, {});
    const calls = [
      () => store.load(id),
      () => store.save(id, { n: 2 }, {}),
      () => store.update(id, (content) => content),
      () => store.touch(id),
      () => Promise.all([store.load(id), store.load(createSessionId()), store.load(createSessionId())]),
      () => store.list('ann'),
      () => store.gc(),
    ];
    // Once before the statement is sent, and once after.
    for (const [n, call] of [...calls, ...calls.slice(0, 3)].entries()) {
      const result = call();
      if (n % 2) await new Promise(setImmediate);
      block(2000);
      await result;
    }
  });

  it('starts', async () => {
    const starting = startSession({ ...options(), schema: freshSchema() });
    block(2000);
    await (await starting).close();
  });
});
