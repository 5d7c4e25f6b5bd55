import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { fakeClock } from '../../test/fake-clock.ts';
import { createRecordStore } from '../driver.ts';
import { createSessionId, type SaveOptions, type SessionData, type StoreEvent } from '../index.ts';
import { memoryStorage } from '../memory.ts';

const id = createSessionId();

const options = fc.record(
  {
    subject: fc.constantFrom('ada', 'grace'),
    idleTimeout: fc.constantFrom(5, 20),
    expireOnClose: fc.boolean(),
  },
  { requiredKeys: [] },
);
const flash = fc.constantFrom({}, { notice: 'hi' });
const saves = fc.array(fc.record({ seconds: fc.integer({ min: 0, max: 15 }), flash, options }), {
  maxLength: 8,
});
const timeouts = fc.record(
  { idleTimeout: fc.constantFrom(5, 10, 20), absoluteTimeout: fc.constantFrom(8, 12, 30) },
  { requiredKeys: ['idleTimeout'] },
);

describe('save on a storage backend that saves in one step', () => {
  it('has the same result as insert, read and replace, whatever was saved before and whatever the limits', async () => {
    await fc.assert(
      fc.asyncProperty(timeouts, saves, async (limits, steps) => {
        const clock = fakeClock();
        const [oneStep, threeSteps] = [memoryStorage(), memoryStorage()];
        for (const step of steps) {
          clock.advance(step.seconds);
          for (const storage of [oneStep, threeSteps]) {
            const store = createRecordStore(storage, { ...limits, now: clock.now });
            await store.save(id, { at: clock.now() }, step.flash as SessionData, step.options as SaveOptions);
          }
          const [found, expected] = [oneStep, threeSteps].map(({ records }) => [...records.values()]);
          expect(found).toEqual(expected?.map((record) => ({ ...record, version: expect.any(Number) })));
        }
      }),
    );
  });

  it('makes no other calls, whether the session is new or already exists', async () => {
    const storage = memoryStorage();
    const others = { insert: vi.fn(), read: vi.fn(), replace: vi.fn() };
    const store = createRecordStore({ ...storage, ...others });
    await store.save(id, { n: 1 }, {}, { subject: 'ada' });
    await store.save(id, { n: 2 }, {});
    expect([...storage.records.values()]).toMatchObject([
      { subject: 'ada', payload: '{"data":{"n":2},"flash":{},"v":1}' },
    ]);
    for (const call of Object.values(others)) expect(call).not.toHaveBeenCalled();
  });

  it('keeps a lifetime only for the same subject', async () => {
    const store = createRecordStore(memoryStorage());
    const own = { idleTimeout: 60, expireOnClose: true };
    for (const [subject, kept] of [
      ['ada', own],
      [undefined, own],
      ['grace', {}],
    ] as const) {
      await store.save(id, {}, {}, { subject: 'ada', idleTimeout: 60, expireOnClose: true });
      await store.save(id, { n: 1 }, {}, subject === undefined ? {} : { subject });
      const { idleTimeout, expireOnClose } = await store.load(id);
      expect({ idleTimeout, expireOnClose }).toEqual({
        idleTimeout: undefined,
        expireOnClose: undefined,
        ...kept,
      });
    }
  });

  it('reads and replaces the record whenever the step returns false, even for a new session', async () => {
    const events: StoreEvent[] = [];
    const storage = { ...memoryStorage(), save: () => false };
    const store = createRecordStore(storage, { onEvent: (event) => events.push(event) });
    await store.save(id, { n: 1 }, {});
    await store.save(id, { n: 2 }, {});
    expect((await store.load(id)).data).toEqual({ n: 2 });
    expect(events).toEqual([]);
  });

  it('succeeds when the reply to a stored write is lost', async () => {
    const storage = memoryStorage();
    const save: typeof storage.save = (...args) => {
      storage.save(...args);
      throw new Error('The connection ended.');
    };
    const store = createRecordStore({ ...storage, save });
    await store.save(id, { n: 1 }, {});
    expect((await store.load(id)).data).toEqual({ n: 1 });
  });

  it('starts a new session if the existing one is destroyed before save reads it', async () => {
    const clock = fakeClock();
    const storage = memoryStorage();
    const save: typeof storage.save = (...args) =>
      storage.save(...args) || (storage.records.delete(args[0].key) && false);
    const store = createRecordStore({ ...storage, save }, { now: clock.now });
    await store.save(id, {}, {}, { subject: 'ada' });
    clock.advance(1);
    await store.save(id, { fresh: true }, {}, { idleTimeout: 60 });
    const { data, createdAt, subject } = await store.load(id);
    expect([data, createdAt, subject]).toEqual([{ fresh: true }, clock.now(), undefined]);
  });
});
