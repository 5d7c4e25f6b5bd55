import { describe, expect, it } from 'vitest';
import { fakeClock } from '../../test/fake-clock.ts';
import { overNetwork } from '../../test/over-network.ts';
import { createRecordStore, type SessionRecord } from '../driver.ts';
import { createSessionId, type SessionContent } from '../index.ts';
import { memoryStorage } from '../memory.ts';

const keep = (content: SessionContent) => content;
const set =
  (key: string) =>
  ({ data, flash }: SessionContent): SessionContent => ({ data: { ...data, [key]: true }, flash });

describe('update with newId', () => {
  it('leaves exactly one of the two ids alive at any moment', async () => {
    const storage = memoryStorage();
    const store = createRecordStore(overNetwork(storage));
    let id = createSessionId();
    await store.save(id, {}, {});
    const sizes = new Set<number>();
    let looking = true;
    const live = () => [...storage.records.values()].filter(({ idleTimeout }) => idleTimeout !== 0);
    const look = async () => {
      while (looking) {
        sizes.add(live().length);
        await new Promise(setImmediate);
      }
    };
    const looked = look();
    for (let round = 0; round < 50; round++) {
      const newId = createSessionId();
      await Promise.all([store.update(id, keep, { newId }), store.update(id, set(`k${round}`))]);
      id = newId;
    }
    looking = false;
    await looked;
    expect([...sizes]).toEqual([1]);
    expect(Object.keys((await store.load(id)).data)).toHaveLength(50);
  });

  it('applies every update that was queued in this process before the move was complete', async () => {
    const store = createRecordStore(overNetwork(memoryStorage()));
    const [id, newId] = [createSessionId(), createSessionId()];
    await store.save(id, {}, {});
    const first = store.update(id, set('with-the-first-write'));
    const move = store.update(id, set('move'), { newId });
    const together = store.update(id, set('queued-with-the-move'));
    await first;
    const late = store.update(id, set('queued-while-the-move-is-written'));
    expect(await Promise.all([move, together, late])).toEqual([true, true, true]);
    expect(Object.keys((await store.load(newId)).data).sort()).toEqual([
      'move',
      'queued-while-the-move-is-written',
      'queued-with-the-move',
      'with-the-first-write',
    ]);
  });

  it('is applied last in its write, so that the data it clears stays cleared', async () => {
    const store = createRecordStore(overNetwork(memoryStorage()));
    const [id, newId] = [createSessionId(), createSessionId()];
    await store.save(id, { secret: true }, {});
    const first = store.update(id, keep);
    const move = store.update(id, ({ flash }) => ({ data: {}, flash }), { newId });
    const another = store.update(id, set('another'));
    await Promise.all([first, move, another]);
    expect((await store.load(newId)).data).toEqual({});
  });

  it('lets exactly one of several concurrent moves succeed', async () => {
    for (const cores of [1, 2]) {
      const storage = overNetwork(memoryStorage());
      const stores = Array.from({ length: cores }, () => createRecordStore(storage));
      const id = createSessionId();
      await stores[0]?.save(id, {}, {});
      const newIds = Array.from({ length: 6 }, createSessionId);
      const moved = await Promise.all(
        newIds.map((newId, i) => stores[i % cores]?.update(id, keep, { newId })),
      );
      expect(moved.filter(Boolean)).toHaveLength(1);
      expect(await stores[0]?.count()).toBe(1);
      expect(await stores[0]?.load(newIds[moved.indexOf(true)] as string)).toMatchObject({ exists: true });
    }
  });

  it('waits for an earlier move, and succeeds if that move is rejected', async () => {
    for (const refusal of [new Error('of the change'), new Error('of the backend')]) {
      const storage = memoryStorage();
      const [id, first, second] = [createSessionId(), createSessionId(), createSessionId()];
      await createRecordStore(storage).save(id, {}, {});
      let isDown = refusal.message === 'of the backend';
      const move: typeof storage.move = (...args) => {
        if (!isDown) return storage.move(...args);
        isDown = false;
        throw refusal;
      };
      const store = createRecordStore(overNetwork({ ...storage, move }));
      const running = store.update(id, set('running'));
      const change = (content: SessionContent) => {
        if (refusal.message === 'of the change') throw refusal;
        return content;
      };
      const refused = expect(store.update(id, change, { newId: first })).rejects.toThrow();
      const moved = store.update(id, set('moved'), { newId: second });
      expect([await running, await moved]).toEqual([true, true]);
      await refused;
      expect(await store.load(second)).toMatchObject({ exists: true, data: { running: true, moved: true } });
      expect(await store.count()).toBe(1);
    }
  });

  it('resolves to false for a losing move only once the mark of the winner is stored', async () => {
    const store = createRecordStore(overNetwork(memoryStorage()));
    const id = createSessionId();
    await store.save(id, {}, {});
    const running = store.update(id, set('running'));
    const moves = [1, 2, 3].map(async () => {
      const isMoved = await store.update(id, keep, { newId: createSessionId() });
      return isMoved || (await store.load(id)).moved;
    });
    expect([await running, ...(await Promise.all(moves))]).toEqual([true, true, true, true]);
  });

  it('succeeds even when its reply is lost after the commit', async () => {
    const storage = memoryStorage();
    const store = createRecordStore({
      ...storage,
      move(key: string, version: number, next: SessionRecord, mark: SessionRecord, now: number) {
        storage.move(key, version, next, mark, now);
        throw new Error('connection lost');
      },
    });
    const [id, newId] = [createSessionId(), createSessionId()];
    await store.save(id, {}, {});
    expect(await store.update(id, set('a'), { newId })).toBe(true);
    expect(await store.load(newId)).toMatchObject({ exists: true, data: { a: true } });
    expect(await store.load(id)).toMatchObject({ exists: false, moved: true });
  });

  it('resolves to false after the session is destroyed, and brings nothing back', async () => {
    const storage = memoryStorage();
    const store = createRecordStore(overNetwork(storage));
    const id = createSessionId();
    await store.save(id, {}, {});
    const base = await store.load(id);
    await store.destroy(id);
    expect(await store.update(id, keep, { base, newId: createSessionId() })).toBe(false);
    expect(storage.records.size).toBe(0);
  });

  it('rejects an id that belongs to another session, changes neither, and does not block other updates', async () => {
    const store = createRecordStore(overNetwork(memoryStorage()));
    const [id, taken] = [createSessionId(), createSessionId()];
    await store.save(id, { mine: 1 }, {});
    await store.save(taken, { theirs: 1 }, {});
    const outcomes = await Promise.allSettled([
      store.update(id, set('a')),
      store.update(id, keep, { newId: taken }),
      store.update(id, set('b')),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(outcomes[1]).toMatchObject({ reason: { code: 'CONFLICT' } });
    expect((await store.load(id)).data).toEqual({ mine: 1, a: true, b: true });
    expect((await store.load(taken)).data).toEqual({ theirs: 1 });
  });

  it('rejects a malformed id with INVALID_ID, even when the session is missing', async () => {
    const store = createRecordStore(memoryStorage());
    const refused = store.update(createSessionId(), keep, { newId: '../x' });
    await expect(refused).rejects.toMatchObject({ code: 'INVALID_ID' });
  });

  it('keeps nothing from another subject, even if the session became theirs after it was loaded', async () => {
    for (const storage of [memoryStorage(), overNetwork(memoryStorage())]) {
      const store = createRecordStore(storage);
      const [id, newId] = [createSessionId(), createSessionId()];
      await store.save(id, { cart: 1 }, {});
      const base = await store.load(id);
      const options = { subject: 'admin', idleTimeout: 60, expireOnClose: true };
      await store.update(id, set('role'), options);
      const logins = [
        store.update(id, set('queued')),
        store.update(id, set('b'), { base, newId, subject: 'bob' }),
      ];
      expect(await Promise.all(logins)).toEqual([true, true]);
      const bobs = await store.load(newId);
      expect(bobs).toMatchObject({ exists: true, subject: 'bob', data: { b: true }, flash: {} });
      expect(bobs).not.toHaveProperty('idleTimeout');
      expect(bobs).not.toHaveProperty('expireOnClose');
    }
  });

  it('resets createdAt when a subject is passed, even the same one, and keeps it otherwise', async () => {
    const clock = fakeClock();
    const store = createRecordStore(memoryStorage(), { now: clock.now, absoluteTimeout: 100 });
    const [anonymous, loggedIn, regenerated] = [createSessionId(), createSessionId(), createSessionId()];
    await store.save(anonymous, {}, {});
    clock.advance(60);
    await store.update(anonymous, keep, { newId: loggedIn, subject: 'ada' });
    const login = clock.now();
    expect(await store.load(loggedIn)).toMatchObject({ createdAt: login, expiresAt: login + 100_000 });
    clock.advance(60);
    await store.update(loggedIn, keep, { newId: regenerated });
    expect(await store.load(regenerated)).toMatchObject({ createdAt: login, expiresAt: login + 100_000 });
    const again = createSessionId();
    await store.update(regenerated, keep, { newId: again, subject: 'ada' });
    expect(await store.load(again)).toMatchObject({ createdAt: clock.now() });
  });
});
