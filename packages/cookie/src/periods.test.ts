import { createSessionId, type SessionStore } from '@store/core';
import { createRecordStore } from '@store/core/driver';
import { memoryStorage } from '@store/core/memory';
import { describe, expect, it } from 'vitest';
import { opens, password } from '../test/revocable-store.ts';
import { createPeriods } from './periods.ts';
import { startSession } from './start-session.ts';

describe('destroyAll near the end of a ledger period', () => {
  it('keeps sessions ended, in every second around the boundary', async () => {
    const absoluteTimeout = 2 * (7200 + 120 + 240);
    const length = (absoluteTimeout / 2) * 1000;
    for (const offset of [-7320, -7201, -3600, -121, -120, -61, -60, -1, 0, 1, 60, 121, 3600]) {
      const memory = memoryStorage();
      const boundary = Math.ceil(Date.UTC(2026, 0, 1) / length) * length;
      let time = boundary + offset * 1000;
      const now = () => time;
      const revocations = createRecordStore(memory, { absoluteTimeout, now });
      const store = await startSession({ password, cache: false, revocations, now });
      // An existing entry, so that the next write does not start its absolute timeout.
      await store.destroyAll('ada');
      for (const wait of [0, 60, 3600, 7199, 7300]) {
        const cookie = await store.cookieValue(createSessionId(), {}, {}, { subject: 'ada' });
        expect(await opens(store, cookie)).toBe(true);
        time += wait * 1000;
        const fresh = await store.cookieValue(createSessionId(), {}, {}, { subject: 'ada' });
        await store.destroyAll('ada');
        for (const later of [0, 1, 119, 121, 3000, 3958]) {
          time += later * 1000;
          expect([await opens(store, cookie), await opens(store, fresh)]).toEqual([false, false]);
        }
        const spared = await store.cookieValue(createSessionId(), {}, {}, { subject: 'ada' });
        expect(await opens(store, spared)).toBe(true);
      }
    }
  });

  it.each([
    ['all sessions', 'all sessions'],
    ['all sessions', 'all but one'],
    ['all but one', 'all sessions'],
    ['all but one', 'all but one'],
  ])('ends %s after a server whose clock is a minute ahead has ended %s', async (whom, before) => {
    const absoluteTimeout = 2 * (7200 + 120 + 240);
    const length = (absoluteTimeout / 2) * 1000;
    const boundary = Math.ceil(Date.UTC(2026, 0, 1) / length) * length;
    for (const offset of [-7200, -182, -181, -180, -150, -121, -120, -61, -60, -59, -1, 0, 1, 59, 60, 61]) {
      const memory = memoryStorage();
      let time = boundary + offset * 1000;
      const startAt = (ahead: number) => {
        const now = () => time + ahead;
        const revocations = createRecordStore(memory, { absoluteTimeout, now });
        return startSession({ password, cache: false, revocations, now });
      };
      const begin = async (store: SessionStore, subject = 'ada') => {
        const id = createSessionId();
        return { id, cookie: await store.cookieValue(id, {}, {}, { subject }) };
      };
      const [behind, ahead] = [await startAt(0), await startAt(60_000)];
      const except = before === 'all sessions' ? {} : { except: createSessionId() };
      await ahead.destroyAll('ada', except);
      const begun = [await begin(ahead), await begin(behind)] as const;
      const spared = await begin(ahead);
      const all = [...begun, spared].map(({ cookie }) => cookie);
      const openEverywhere = async (cookies: string[]) => [
        ...(await Promise.all(cookies.map((cookie) => opens(behind, cookie)))),
        ...(await Promise.all(cookies.map((cookie) => opens(ahead, cookie)))),
      ];
      expect(await openEverywhere(all)).toEqual(Array(6).fill(true));
      await behind.destroyAll('ada', whom === 'all sessions' ? {} : { except: spared.id });
      const fresh = await begin(behind);
      for (const later of [0, 1, 59, 60, 60, 120, 3000]) {
        time += later * 1000;
        const isSpared = whom === 'all but one';
        expect(await openEverywhere(all)).toEqual([false, false, isSpared, false, false, isSpared]);
        expect(await openEverywhere([fresh.cookie])).toEqual([true, true]);
      }
    }
  });
});

describe('the periods of a ledger', () => {
  it('include only one to read and one to write, except around a boundary', () => {
    const keptFor = 7320;
    let time = 0;
    const periods = createPeriods({ idleTimeout: 7200, absoluteTimeout: 200_000, now: () => time }, keptFor);
    const at = (seconds: number) => {
      time = (500_000 + seconds) * 1000;
      return [periods.toRead(), periods.toWrite(), periods.begunElsewhere()];
    };
    expect(at(-180.001)).toEqual([[4], [4], []]);
    expect(at(-180)).toEqual([[5, 4], [4], [5]]);
    expect(at(-120.001)).toEqual([[5, 4], [4], [5]]);
    expect(at(-120)).toEqual([[5, 4], [5, 4], []]);
    expect(at(-0.001)).toEqual([[5, 4], [5, 4], []]);
    expect(at(0)).toEqual([[5, 4], [5], []]);
    expect(at(keptFor + 120 - 0.001)).toEqual([[5, 4], [5], []]);
    expect(at(keptFor + 120)).toEqual([[5], [5], []]);
  });
});
