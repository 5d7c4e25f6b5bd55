import { describe, expect, it } from 'vitest';
import { failingCases } from '../test/failing-cases.ts';
import { functionsDriver } from '../test/functions-driver.ts';
import { memoryDriver, storageOf } from '../test/memory-driver.ts';
import { allCases, type DriverModule, inspectDriver, planCases, runConformance } from './index.ts';

describe('a driver module', () => {
  it.each<[string, object, string]>([
    ['no start', { ...memoryDriver, start: undefined }, 'must export start as a function'],
    ['a hook that is not a function', { ...memoryDriver, dump: 'all' }, 'must export dump as a function'],
    ['half of a pair', { ...memoryDriver, mendBackend: undefined }, 'both breakBackend() and mendBackend()'],
    ['a start that returns no driver', { ...memoryDriver, start: () => ({}) }, 'start() must return'],
    ['an unknown capability', { ...memoryDriver, capabilities: { fast: true } }, 'option capabilities.fast'],
    [
      'a capability of another kind',
      { ...functionsDriver, capabilities: { subjects: true } },
      "A driver of kind 'functions' has no capability",
    ],
    [
      'a claim that is not a boolean',
      { ...memoryDriver, capabilities: { subjects: 1 } },
      'must be true or false',
    ],
    [
      'claims that contradict each other',
      { ...memoryDriver, capabilities: { sharedBetweenInstances: false, sharedBetweenProcesses: true } },
      'must also claim sharedBetweenInstances',
    ],
    ['the wrong kind', { ...memoryDriver, kind: 'cookie' }, "start() returned kind 'records'"],
  ])('with %s is rejected with a clear error', async (_, module, words) => {
    await expect(inspectDriver(module as DriverModule)).rejects.toThrow(words);
  });

  it('may be an instance of a class', async () => {
    const start: DriverModule['start'] = (_options, place) => {
      const storage = storageOf(place);
      class Storage {
        readonly inner = storage;
        read(...args: Parameters<typeof storage.read>) {
          return this.inner.read(...args);
        }
        insert(...args: Parameters<typeof storage.insert>) {
          return this.inner.insert(...args);
        }
        replace(...args: Parameters<typeof storage.replace>) {
          return this.inner.replace(...args);
        }
        touch(...args: Parameters<typeof storage.touch>) {
          return this.inner.touch(...args);
        }
        delete(...args: Parameters<typeof storage.delete>) {
          return this.inner.delete(...args);
        }
        deleteExpired(...args: Parameters<typeof storage.deleteExpired>) {
          return this.inner.deleteExpired(...args);
        }
      }
      return new Storage();
    };
    expect(await failingCases({ ...memoryDriver, start, capabilities: {} })).toEqual(['instances.apart']);
  });

  it('skips the cases whose exports it lacks, each with the reason', async () => {
    const { results } = await runConformance(await inspectDriver({ start: memoryDriver.start }));
    const skipped = results.filter(({ outcome }) => outcome === 'skipped');
    expect(Object.fromEntries(skipped.map(({ id, reason }) => [id, reason]))).toMatchObject({
      'failure.recovers': 'the module exports no breakBackend()',
      'ids.not-at-rest': 'the module exports no dump() or peek()',
      'close.exits': 'the module was not loaded by its URL',
      'start.options': 'start() returns no finished store',
    });
  });
});

describe('a known weakness', () => {
  const failsToClose: DriverModule['start'] = (options, place) => ({
    ...memoryDriver.start(options, place),
    async close() {
      await storageOf(place).read('');
    },
  });
  const knownWeaknesses = { 'failure.close': 'closing asks the backend' };

  it('is reported with its reason, and the driver still conforms', async () => {
    const driver = await inspectDriver({ ...memoryDriver, start: failsToClose, knownWeaknesses });
    const { results, conforms } = await runConformance(driver);
    expect(conforms).toBe(true);
    expect(results.filter(({ outcome }) => outcome !== 'passed' && outcome !== 'skipped')).toMatchObject([
      { id: 'failure.close', outcome: 'weakness', reason: 'closing asks the backend' },
    ]);
  });

  it('that has been fixed is a failure, so that the module stays accurate', async () => {
    expect(await failingCases({ ...memoryDriver, knownWeaknesses })).toEqual(['failure.close']);
  });

  it('declared for a required or unknown case is refused', async () => {
    for (const id of ['load.found', 'nonsense']) {
      const driver = await inspectDriver({ ...memoryDriver, knownWeaknesses: { [id]: 'because' } });
      expect(() => planCases(driver)).toThrow(`knownWeaknesses names "${id}"`);
    }
  });

  it('that is not declared fails its recommended case, but the driver still conforms', async () => {
    const driver = await inspectDriver({ ...memoryDriver, start: failsToClose });
    expect(await runConformance(driver)).toMatchObject({ conforms: true });
  });
});

describe('the cases', () => {
  it('have unique ids and titles that end in a period, so that reports can be read and compared', () => {
    expect(new Set(allCases.map(({ id }) => id)).size).toBe(allCases.length);
    for (const { id, title } of allCases) {
      expect(id).toMatch(/^[a-z-]+\.[a-z-]+$/);
      expect(title).toMatch(/\.$/);
    }
  });
});
