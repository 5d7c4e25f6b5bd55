import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it } from 'vitest';
import { fuzz, replay } from '../test/fuzz.ts';
import { createForger, seededRandom } from '../test/mutate-seal.ts';
import { hideSynchronousCrypto, sealings } from '../test/sealings.ts';

// FUZZ_RUNS=1000000 is the full run, about a minute; FUZZ_SEED repeats a run.
const runs = Number(process.env.FUZZ_RUNS ?? 20_000);
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 32);

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');
const usedBytes = async () => {
  // Native objects release their memory in a turn of the event loop after garbage collection.
  for (let round = 0; round < 3; round++) {
    collect();
    await setImmediate();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

describe('forged cookies', () => {
  it(`never open and never throw on the synchronous path, in ${runs} runs, and leave nothing in memory`, async () => {
    await fuzz(runs / 10, seed);
    const before = await usedBytes();
    await fuzz(runs, seed + 1);
    expect((await usedBytes()) - before).toBeLessThan(2_000_000);
  }, 600_000);

  it('are of many kinds, and the same seed repeats them', () => {
    const seals = ['Fe26.2*a**b*c*1**d', 'Fe26.2*e**f*g*2**h'];
    const make = () => {
      const forge = createForger(seals, seededRandom(7));
      return Array.from({ length: 500 }, forge);
    };
    const forgeries = make();
    expect(forgeries).toEqual(make());
    expect(new Set(forgeries).size).toBeGreaterThan(250);
    for (const seal of seals) expect(forgeries).not.toContain(seal);
  });
});

describe.each(sealings)('on the %s path,', (path) => {
  let restore = () => {};
  afterEach(() => restore());

  it('forged cookies never open and never throw, and genuine ones do not open where they do not belong', async () => {
    if (path === 'portable') restore = hideSynchronousCrypto();
    await fuzz(2000, seed);
    await replay(200);
  });
});
