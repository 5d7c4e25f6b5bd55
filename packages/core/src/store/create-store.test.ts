import { describe, expect, it } from 'vitest';
import {
  createSessionId,
  createStore,
  type DriverSession,
  type SessionContent,
  type StoreEvent,
} from '../index.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));
const set =
  (key: string) =>
  ({ data, flash }: SessionContent): SessionContent => ({ data: { ...data, [key]: true }, flash });

/** Four functions over a `Map`, each resolving on a later turn of the event loop. */
function slowDriver() {
  const sessions = new Map<string, DriverSession>();
  return {
    sessions,
    async load(id: string) {
      await turn();
      return sessions.get(id);
    },
    async save(id: string, data: SessionContent['data'], flash: SessionContent['flash'], options = {}) {
      await turn();
      sessions.set(id, { data, flash, ...options });
    },
    async destroy(id: string) {
      await turn();
      sessions.delete(id);
    },
    async gc() {
      await turn();
      return 7;
    },
  };
}

describe('a store made of four functions', () => {
  it('names a missing function', () => {
    const { destroy: _, ...driver } = slowDriver();
    expect(() => createStore(driver as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining('driver.destroy') }),
    );
  });

  it('does not bring back a session that is destroyed during updates and touches', async () => {
    const driver = slowDriver();
    const store = createStore(driver);
    const id = createSessionId();
    await store.save(id, { first: true }, {});
    const early = store.update(id, set('early'));
    const destroyed = store.destroy(id);
    const late = [store.update(id, set('late')), store.touch(id)];
    expect(await early).toBe(true);
    await destroyed;
    expect(await Promise.all(late)).toEqual([false, false]);
    expect(driver.sessions.size).toBe(0);
  });

  it('passes subject and idle timeout to the driver, and keeps them if the driver does', async () => {
    const driver = slowDriver();
    const store = createStore(driver);
    const id = createSessionId();
    await store.save(id, { a: 1 }, {}, { subject: 'ada', idleTimeout: 60 });
    await store.update(id, set('b'));
    await store.save(id, { c: 1 }, {});
    expect(await store.load(id)).toEqual({
      id,
      exists: true,
      data: { c: 1 },
      flash: {},
      subject: 'ada',
      idleTimeout: 60,
    });
  });

  it('is not affected when the driver or the application modifies its objects later', async () => {
    const kept = new Map<string, SessionContent>();
    const store = createStore({
      load: (id) => kept.get(id),
      save: (id, data, flash) => void kept.set(id, { data, flash }),
      destroy: (id) => void kept.delete(id),
      gc() {},
    });
    const id = createSessionId();
    const data = { cart: [1] };
    await store.save(id, data, {});
    data.cart.push(2);
    expect((await store.load(id)).data).toEqual({ cart: [1] });
    const loaded = await store.load(id);
    (loaded.data.cart as number[]).push(3);
    expect((await store.load(id)).data).toEqual({ cart: [1] });
    const content = kept.get(id) as SessionContent;
    const changed = { more: ['a'] };
    await store.update(id, (current) => {
      (content.data.cart as number[]).push(4);
      return { data: { ...changed, ...current.data }, flash: current.flash };
    });
    changed.more.push('b');
    expect((await store.load(id)).data).toEqual({ cart: [1], more: ['a'] });
  });

  it('treats a result that is not a session as missing, and reports it', async () => {
    const events: StoreEvent[] = [];
    const returned: unknown[] = [null, 'text', [], { data: {} }, { data: [], flash: {} }];
    const store = createStore(
      { ...slowDriver(), load: () => returned.shift() as DriverSession },
      { onEvent: (event) => events.push(event) },
    );
    for (let i = 0; i < 5; i++) expect((await store.load(createSessionId())).exists).toBe(false);
    expect(events.map(({ type }) => type)).toEqual(Array(4).fill('unreadable-session'));
  });

  it('never passes a malformed id to the driver', async () => {
    const asked: string[] = [];
    const driver = {
      ...slowDriver(),
      load: (id: string) => void asked.push(id),
      destroy: (id: string) => void asked.push(id),
    };
    const store = createStore(driver);
    expect((await store.load('../x')).exists).toBe(false);
    expect(await store.update('../x', set('a'))).toBe(false);
    expect(await store.touch('../x')).toBe(false);
    await store.destroy('../x');
    await expect(store.save('../x', {}, {})).rejects.toMatchObject({ code: 'INVALID_ID' });
    expect(asked).toEqual([]);
  });

  it('continues with the next update after a failed one', async () => {
    const store = createStore(slowDriver());
    const id = createSessionId();
    await store.save(id, { a: 1 }, {});
    const failing = store.update(id, () => ({ data: { bad: 1n as never }, flash: {} }));
    const next = store.update(id, set('b'));
    await expect(failing).rejects.toMatchObject({ code: 'INVALID_VALUE' });
    expect(await next).toBe(true);
  });

  it('returns the count from gc', async () => {
    expect(await createStore(slowDriver()).gc()).toBe(7);
  });

  it('turns an error from the driver into UNAVAILABLE, with that error as the cause', async () => {
    const cause = new Error('down');
    const store = createStore({
      ...slowDriver(),
      save() {
        throw cause;
      },
    });
    await expect(store.save(createSessionId(), {}, {})).rejects.toMatchObject({ code: 'UNAVAILABLE', cause });
  });
});

describe('a store made of four functions, within one process', () => {
  const keep = (content: SessionContent) => content;

  it('ends the session on a logout, whether it comes before, during or after a move', async () => {
    for (const order of ['move first', 'logout first', 'together']) {
      const driver = slowDriver();
      const store = createStore(driver);
      const [id, second, third] = [createSessionId(), createSessionId(), createSessionId()];
      await store.save(id, { a: 1 }, {});
      const move = () => store.update(id, keep, { newId: second });
      const again = () => store.update(second, keep, { newId: third });
      if (order === 'move first') await move().then(again);
      const ended = store.destroy(id);
      if (order !== 'move first') await Promise.all([ended, move().then(again)]);
      await ended;
      expect(driver.sessions.size).toBe(0);
    }
  });

  it('keeps the old id of a moved session dead for a minute', async () => {
    let now = 1_000_000;
    const store = createStore(slowDriver(), { now: () => now });
    const [id, newId] = [createSessionId(), createSessionId()];
    await store.save(id, { a: 1 }, {});
    await store.update(id, keep, { newId });
    expect(await store.load(id)).toEqual({ id, exists: false, moved: true, data: {}, flash: {} });
    expect(await store.update(id, set('b'))).toBe(false);
    expect(await store.touch(id)).toBe(false);
    expect(await store.create(id, {}, {})).toBe(false);
    await expect(store.save(id, {}, {})).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(store.update(newId, keep, { newId: id })).rejects.toMatchObject({ code: 'CONFLICT' });
    now += 60_000;
    expect(await store.create(id, { b: 1 }, {})).toBe(true);
    expect(await store.load(newId)).toMatchObject({ exists: true, data: { a: 1 } });
  });

  it('gives the session to only one of several logins with the same id', async () => {
    const driver = slowDriver();
    const store = createStore(driver);
    const id = createSessionId();
    await store.save(id, { cart: 1 }, {});
    const logIn = () => store.update(id, keep, { newId: createSessionId(), subject: 'ada' });
    expect(await Promise.all([logIn(), logIn(), logIn()])).toEqual([true, false, false]);
    expect([...driver.sessions.values()]).toEqual([{ data: { cart: 1 }, flash: {}, subject: 'ada' }]);
  });

  it('keeps nothing from another subject when the session moves', async () => {
    const driver = slowDriver();
    const store = createStore(driver);
    const [id, newId] = [createSessionId(), createSessionId()];
    await store.save(id, { role: 'admin' }, { note: 1 }, { subject: 'admin', idleTimeout: 60 });
    await store.update(id, set('b'), { newId, subject: 'bob' });
    expect([...driver.sessions]).toEqual([[newId, { data: { b: true }, flash: {}, subject: 'bob' }]]);
  });

  it('rejects a new id that belongs to another session', async () => {
    const store = createStore(slowDriver());
    const [id, taken] = [createSessionId(), createSessionId()];
    await store.save(id, { mine: 1 }, {});
    await store.save(taken, { theirs: 1 }, {});
    await expect(store.update(id, keep, { newId: taken })).rejects.toMatchObject({ code: 'CONFLICT' });
    expect((await store.load(taken)).data).toEqual({ theirs: 1 });
    expect((await store.load(id)).data).toEqual({ mine: 1 });
  });

  it('ends a session that an update leaves empty, with endWhenEmpty', async () => {
    const driver = slowDriver();
    const store = createStore(driver);
    const id = createSessionId();
    await store.save(id, { a: 1 }, {});
    expect(await store.update(id, () => ({ data: {}, flash: {} }), { endWhenEmpty: true })).toBe(true);
    expect(driver.sessions.size).toBe(0);
  });
});
