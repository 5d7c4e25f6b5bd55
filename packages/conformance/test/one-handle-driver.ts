import type { DriverModule, Place } from '@store/conformance';
import { cacheStore, type StartOptions } from '@store/core';
import {
  assertKnownOptions,
  createRecordStore,
  type RecordStorage,
  resolveTimeouts,
  type SessionRecord,
} from '@store/core/driver';
import { createTurns } from './examples/in-turn.ts';
import { recordsOf } from './memory-driver.ts';

const inUse = new Set<string>();
const later = () => new Promise((resolve) => setImmediate(resolve));

/** A backend that allows only one open handle, without compare-and-write: the queue makes it atomic. */
function openStorage(place: Place): RecordStorage {
  if (inUse.has(place.namespace)) throw new Error('LOCKED: the backend is in use');
  inUse.add(place.namespace);
  const records = recordsOf(place);
  const inTurn = createTurns();
  const get = async (key: string) => later().then(() => records.get(key));
  const put = async (record: SessionRecord) => later().then(() => void records.set(record.key, record));

  return {
    read: (key) => inTurn(() => get(key)),
    insert: (record) =>
      inTurn(async () => {
        if (await get(record.key)) return false;
        await put(record);
        return true;
      }),
    replace: (key, version, next) =>
      inTurn(async () => {
        if ((await get(key))?.version !== version || (next.key !== key && (await get(next.key))))
          return false;
        records.delete(key);
        await put(next);
        return true;
      }),
    touch: (key, now, expiresAt) =>
      inTurn(async () => {
        const found = await get(key);
        if (!found || found.expiresAt <= now) return false;
        await put({ ...found, expiresAt: Math.max(found.expiresAt, expiresAt) });
        return true;
      }),
    delete: (key) => inTurn(() => void records.delete(key)),
    deleteExpired: (now, limit) =>
      inTurn(() => {
        const doomed = [...records.values()].filter(({ expiresAt }) => expiresAt <= now).slice(0, limit);
        return doomed.filter(({ key }) => records.delete(key)).length;
      }),
    close: () => void inUse.delete(place.namespace),
  };
}

/** A driver that claims nothing. @param check When the options are validated */
export const oneHandleDriver = (check: 'first' | 'last'): DriverModule => ({
  openStorage,
  cleanUp({ namespace }) {
    if (inUse.has(namespace)) throw new Error('the backend is still open');
  },
  async start({ cache = true, ...options }: StartOptions, place) {
    if (check === 'first') {
      assertKnownOptions('one-handle', options, [
        'idleTimeout',
        'absoluteTimeout',
        'maxBytes',
        'now',
        'onEvent',
      ]);
      resolveTimeouts('one-handle', options);
    }
    const store = createRecordStore(openStorage(place), { ...options, name: 'one-handle' });
    if (cache) cacheStore(store);
    return store;
  },
});
