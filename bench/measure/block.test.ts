import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { runBlock } from './block.ts';

describe.each([1, 4])('runBlock with %i in flight', (inFlight) => {
  it('runs each operation once, with exactly that many in flight', async () => {
    const seen: number[] = [];
    let under = 0;
    let most = 0;
    const result = await runBlock(
      {
        count: 20,
        async run(index) {
          seen.push(index);
          most = Math.max(most, ++under);
          await nextTurn();
          under--;
        },
      },
      inFlight,
    );
    expect(seen).toEqual(Array.from({ length: 20 }, (_, index) => index));
    expect(most).toBe(inFlight);
    expect(result.done).toBe(20);
    expect(result.latencies).toHaveLength(20);
  });

  it('rejects with the error of a failed operation', async () => {
    const run = async () => {
      throw new Error('refused');
    };
    await expect(runBlock({ count: 3, run }, inFlight)).rejects.toThrow('refused');
  });
});
