import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '../../test/fake-clock.ts';
import { overNetwork } from '../../test/over-network.ts';
import { createRecordStore, type RecordStorage, sessionKey } from '../driver.ts';
import { createSessionId, type SessionContent } from '../index.ts';
import { memoryStorage } from '../memory.ts';

const keep = (content: SessionContent) => content;
const count = ({ data, flash }: SessionContent): SessionContent => ({
  data: { ...data, count: ((data.count as number | undefined) ?? 0) + 1 },
  flash,
});

/** A storage backend without the optional functions that move or end a session in one step. */
function plain(storage = memoryStorage()): RecordStorage {
  const { move: _move, deleteSession: _deleteSession, save: _save, ...rest } = storage;
  return rest;
}

describe.each([
  ['a complete storage', () => memoryStorage()],
  [
    'a storage backend without deleteSession',
    () => {
      const { deleteSession: _, ...rest } = memoryStorage();
      return rest;
    },
  ],
])('a logout while another process keeps writing the session, on %s', (_, whole) => {
  it('ends the session permanently', async () => {
    const storage = overNetwork(whole());
    const [writer, other] = [createRecordStore(storage), createRecordStore(storage)];
    const id = createSessionId();
    await writer.save(id, {}, {});
    let writing = true;
    const write = async () => {
      while (writing && (await writer.update(id, count)));
    };
    const writes = [write(), write()];
    try {
      await other.destroy(id);
      expect(await writer.update(id, count)).toBe(false);
    } finally {
      writing = false;
      await Promise.all(writes);
    }
  });
});

describe('a logout that is interrupted halfway, on a storage backend without deleteSession', () => {
  it('leaves no live session, even for a server whose clock is a minute behind', async () => {
    const storage = memoryStorage();
    const clock = fakeClock();
    const broken: RecordStorage = {
      ...plain(storage),
      delete() {
        throw new Error('down');
      },
    };
    const id = createSessionId();
    await createRecordStore(storage, { now: clock.now }).save(id, { secret: 1 }, {}, { subject: 'ada' });
    const ending = createRecordStore(broken, { now: clock.now }).destroy(id);
    await expect(ending).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    const behind = createRecordStore(storage, { now: () => clock.now() - 59_000 });
    expect((await behind.load(id)).exists).toBe(false);
    expect(await behind.list('ada')).toEqual([]);
    expect(JSON.stringify([...storage.records.values()])).not.toContain('secret');
  });
});

/** A storage backend whose calls run in a random order, as on a real backend behind a network. */
function scheduled(storage: RecordStorage, scheduler: fc.Scheduler): RecordStorage {
  return Object.fromEntries(
    Object.entries(storage).map(([name, member]) => [
      name,
      typeof member === 'function'
        ? async (...args: unknown[]) => {
            await scheduler.schedule(Promise.resolve(), name);
            const result = (member as (...args: unknown[]) => unknown)(...args);
            await scheduler.schedule(Promise.resolve(), `${name}, reply`);
            return result;
          }
        : member,
    ]),
  ) as unknown as RecordStorage;
}

describe('whatever the order of backend calls', () => {
  /** Runs work on two stores over one storage backend, like two processes, and returns the sessions that are live afterwards. */
  async function race(
    scheduler: fc.Scheduler,
    work: (
      stores: [ReturnType<typeof createRecordStore>, ReturnType<typeof createRecordStore>],
      id: string,
    ) => unknown[],
    storage: RecordStorage = memoryStorage(),
  ) {
    const id = createSessionId();
    await createRecordStore(storage).save(id, {}, {}, { subject: 'ada' });
    const stores = [1, 2].map(() => createRecordStore(scheduled(storage, scheduler))) as never;
    const outcomes = Promise.all(work(stores, id));
    await scheduler.waitFor(outcomes);
    const after = createRecordStore(storage);
    return { outcomes: await outcomes, live: await after.count(), after };
  }

  it('a logout ends the session despite a parallel move, with either id and in either process', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.boolean(), async (scheduler, sameProcess) => {
        const { live } = await race(scheduler, ([one, two], id) => [
          one.update(id, keep, { newId: createSessionId() }),
          (sameProcess ? one : two).destroy(id),
        ]);
        expect(live).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it('a logout ends the session despite a parallel move in any process, on a backend without move', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.boolean(), async (scheduler, sameProcess) => {
        const { live } = await race(
          scheduler,
          ([one, two], id) => [
            one.update(id, keep, { newId: createSessionId() }),
            (sameProcess ? one : two).destroy(id),
          ],
          plain(),
        );
        expect(live).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it('logging out one device ends its session despite a parallel move', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const { live } = await race(scheduler, ([one, two], id) => [
          one.update(id, keep, { newId: createSessionId() }),
          two.destroyAll('ada', { only: sessionKey(id) }),
        ]);
        expect(live).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it('a logout ends the session despite two parallel moves and a write', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const { live, outcomes } = await race(scheduler, ([one, two], id) => [
          one.update(id, keep, { newId: createSessionId() }),
          two.update(id, keep, { newId: createSessionId() }),
          one.update(id, count),
          two.destroy(id),
        ]);
        expect(live).toBe(0);
        expect(outcomes.slice(0, 2).filter(Boolean).length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 300 },
    );
  });

  it('one of several parallel logins with the same id gets the session, with every acknowledged write', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const ids = [createSessionId(), createSessionId(), createSessionId()];
        const { outcomes, live, after } = await race(scheduler, ([one, two], id) => [
          one.update(id, count, { newId: ids[0] as string, subject: 'ada' }),
          two.update(id, count, { newId: ids[1] as string, subject: 'ada' }),
          one.update(id, count, { newId: ids[2] as string, subject: 'ada' }),
          two.update(id, count),
        ]);
        expect(live).toBe(1);
        expect(outcomes.slice(0, 3).filter(Boolean)).toHaveLength(1);
        const [session] = await after.list('ada');
        expect(session?.data.count).toBe(outcomes.filter(Boolean).length);
      }),
      { numRuns: 300 },
    );
  });

  it('destroyAll also ends a session that moves at the same time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const { live } = await race(scheduler, ([one, two], id) => [
          one.update(id, keep, { newId: createSessionId() }),
          two.destroyAll('ada'),
        ]);
        expect(live).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it('clear ends every session that was live when it started', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const { live } = await race(scheduler, ([one, two], id) => [
          one.update(id, keep, { newId: createSessionId() }),
          two.clear(),
        ]);
        expect(live).toBe(0);
      }),
      { numRuns: 300 },
    );
  });
});
