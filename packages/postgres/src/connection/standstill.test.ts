import { createSessionId } from '@store/core';
import { describe, it, onTestFinished } from 'vitest';
import { freshPool, freshSchema, url } from '../../test/fresh-schema.ts';
import { startSession } from '../start-session.ts';

/** Keeps the event loop busy, as a breakpoint, SIGSTOP or long computation does. */
function block(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

describe.each([
  ['its own pool', true],
  ['a passed pool', false],
])('a process that stands still for longer than its timeouts, with %s', (_pool, own) => {
  const options = () => ({
    ...(own ? { connectionString: url } : { pool: freshPool({ connectionTimeoutMillis: 400 }) }),
    cache: false,
    statementTimeout: 0.5,
    connectionTimeout: 0.5,
  });

  it('takes the result that has arrived meanwhile', { timeout: 30_000 }, async () => {
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
    for (const call of calls) {
      for (const turns of [0, 1]) {
        const result = call();
        for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
        block(1200);
        await result;
      }
    }
  });

  it('starts', async () => {
    const starting = startSession({ ...options(), schema: freshSchema() });
    block(1200);
    await (await starting).close();
  });
});
