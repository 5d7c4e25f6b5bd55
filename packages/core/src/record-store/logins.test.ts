import { describe, expect, it } from 'vitest';
import { overNetwork } from '../../test/over-network.ts';
import { createSessionId } from '../index.ts';
import { memoryStorage } from '../memory.ts';
import { createRecordStore } from './create-record-store.ts';

function start(isRemote: boolean) {
  const storage = memoryStorage();
  const make = () => createRecordStore(isRemote ? overNetwork(storage) : storage);
  return { storage, store: make(), other: make() };
}

describe.each([
  ['synchronous', false],
  ['remote', true],
])('a login (followMoves), on a %s storage', (_, isRemote) => {
  const logIn = (store: ReturnType<typeof start>['store'], id: string, subject = 'ada') =>
    store.update(id, ({ data, flash }) => ({ data: { ...data, by: subject }, flash }), {
      newId: createSessionId(),
      subject,
      followMoves: true,
    });

  it('leaves one session when ten come at the same moment, from two processes', async () => {
    const { store, other } = start(isRemote);
    const id = createSessionId();
    await store.save(id, { cart: ['tea'] }, {});
    const logins = Array.from({ length: 10 }, (_, n) => logIn(n % 2 ? store : other, id));
    expect(await Promise.all(logins)).toEqual(Array(10).fill(true));
    const sessions = await store.list('ada');
    expect(sessions.map(({ data }) => data)).toEqual([{ cart: ['tea'], by: 'ada' }]);
    expect(await store.count()).toBe(1);
  });

  it('follows an id that was given up, and drops what it finds unless it is the same subject’s', async () => {
    const { store } = start(isRemote);
    const id = createSessionId();
    await store.save(id, { cart: ['tea'] }, {}, { idleTimeout: 60, expireOnClose: true });
    await logIn(store, id);
    await logIn(store, id);
    expect((await store.list('ada')).map(({ data }) => data)).toEqual([{ cart: ['tea'], by: 'ada' }]);
    const newId = createSessionId();
    await store.update(id, ({ data, flash }) => ({ data, flash }), {
      newId,
      subject: 'bob',
      followMoves: true,
    });
    expect(await store.list('ada')).toEqual([]);
    const bobs = await store.load(newId);
    expect(bobs).toMatchObject({ exists: true, subject: 'bob', data: {} });
    expect(bobs).not.toHaveProperty('idleTimeout');
    expect(bobs).not.toHaveProperty('expireOnClose');
  });

  it('drops what another subject had under the same id', async () => {
    const { store } = start(isRemote);
    const id = createSessionId();
    await store.save(id, { role: 'admin' }, { note: 'x' }, { subject: 'admin' });
    const base = await store.load(id);
    const newId = createSessionId();
    await store.update(id, (current) => current, { newId, subject: 'bob', followMoves: true, base });
    expect(await store.load(newId)).toMatchObject({ subject: 'bob', data: {}, flash: {} });
  });

  it('finds nothing once the session has ended, wherever it was', async () => {
    const { store } = start(isRemote);
    const id = createSessionId();
    await store.save(id, {}, {});
    await logIn(store, id);
    await store.destroy(id);
    expect(await logIn(store, id)).toBe(false);
    expect(await store.list('ada')).toEqual([]);
  });
});
