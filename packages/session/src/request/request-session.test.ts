import { describe, expect, it } from 'vitest';
import { createPlainCookieStore } from '../../test/memory-store.ts';
import { openStore, type Visits } from '../../test/visits.ts';
import { openSession, readSession, type SessionEvent } from '../index.ts';

describe('session.save()', () => {
  it('writes immediately, and the cookie is sent with the response, even a failed one', async () => {
    const { store, options } = openStore();
    const { session, commit } = await openSession<Visits>('', options);
    session.set('visits', 1);
    await session.save();
    expect([session.isNew, await store.count()]).toEqual([false, 1]);
    session.set('visits', 2);
    const { cookies } = await commit({ status: 500 });
    expect(cookies.map(({ value }) => value)).toEqual([session.id]);
    expect((await store.load(session.id)).data).toEqual({ visits: 1 });
  });

  it('writes changes made while a response streams', async () => {
    const { store, options, begin } = openStore();
    const { session, commit } = await openSession<Visits>(await begin(), options);
    await commit();
    session.set('visits', 7);
    await session.save();
    expect((await store.load(session.id)).data).toEqual({ visits: 7 });
  });

  it('leaves it to the response to write a session that is in the cookie', async () => {
    const { store } = createPlainCookieStore();
    const { session, commit } = await openSession<Visits>('', { store });
    session.set('visits', 1);
    await session.save();
    expect((await commit()).cookies).toHaveLength(1);
  });
});

describe('session.discard()', () => {
  it('drops the changes made so far, but not later ones', async () => {
    const { options, begin } = openStore();
    const cookie = await begin();
    const { session, commit } = await openSession<Visits>(cookie, options);
    session.set('visits', 9);
    session.regenerate();
    session.setSubject('ada');
    session.discard();
    expect([session.get('visits'), session.subject]).toEqual([1, undefined]);
    session.set('name', 'Ada');
    expect((await commit()).cookies).toEqual([]);
    const after = await readSession<Visits>(cookie, options);
    expect([after.all(), after.subject]).toEqual([{ visits: 1, name: 'Ada' }, undefined]);
  });

  it('leaves a new session unstored, and the event says why', async () => {
    const events: SessionEvent[] = [];
    const { store, options } = openStore();
    const onEvent = (event: SessionEvent) => void events.push(event);
    const { session, commit } = await openSession<Visits>('', { ...options, onEvent });
    session.set('visits', 9);
    session.discard();
    expect([(await commit()).cookies, await store.count()]).toEqual([[], 0]);
    expect(events).toMatchObject([{ outcome: 'discarded', cookie: 'skipped', reason: 'discarded' }]);
  });

  it('cannot undo invalidate()', async () => {
    const { store, options, begin } = openStore();
    const { session, commit } = await openSession<Visits>(await begin(), options);
    session.invalidate();
    session.set('visits', 9);
    session.discard();
    expect((await commit()).cookies[0]).toMatchObject({ value: '', options: { maxAge: 0 } });
    expect(await store.count()).toBe(0);
  });

  it('keeps what save() has written', async () => {
    const { store, options, begin } = openStore();
    const { session, commit } = await openSession<Visits>(await begin(), options);
    session.set('visits', 2);
    await session.save();
    session.set('visits', 3);
    session.discard();
    expect(session.get('visits')).toBe(2);
    session.set('visits', 1);
    await commit();
    expect((await store.load(session.id)).data).toEqual({ visits: 1 });
  });

  it('drops a late change that is not saved yet', async () => {
    const { store, options, begin } = openStore();
    const { session, commit } = await openSession<Visits>(await begin(), options);
    await commit();
    session.set('visits', 5);
    session.discard();
    await commit();
    expect((await store.load(session.id)).data).toEqual({ visits: 1 });
    session.set('name', 'Ada');
    await commit();
    expect((await store.load(session.id)).data).toEqual({ visits: 1, name: 'Ada' });
  });
});

describe('session.reload()', () => {
  it('reads the latest content, with unwritten changes on top', async () => {
    const { store, options, begin } = openStore();
    const { session } = await openSession<Visits>(await begin(), options);
    session.update('visits', (visits = 0) => visits + 1);
    await store.update(session.id, ({ flash }) => ({ data: { visits: 10, name: 'Ada' }, flash }));
    expect(await session.reload()).toBe(true);
    expect(session.all()).toEqual({ visits: 11, name: 'Ada' });
  });

  it('reports that the session has ended, and nothing brings it back', async () => {
    const { store, options, begin } = openStore();
    const { session, commit } = await openSession<Visits>(await begin(), options);
    await store.destroy(session.id);
    expect(await session.reload()).toBe(false);
    session.set('visits', 3);
    expect([(await commit()).cookies, await store.count()]).toEqual([[], 0]);
  });
});
