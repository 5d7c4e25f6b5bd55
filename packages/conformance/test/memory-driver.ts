import type { DriverModule, Place } from '@store/conformance';
import type { RecordStorage, SessionRecord } from '@store/core/driver';

/** Every function but `save`, without which more of the others is used. */
export type WholeStorage = Required<Omit<RecordStorage, 'save'>>;

/** A correct storage over a map. @param turn What every call does before anything else */
function memoryStorage(records: Map<string, SessionRecord>, turn: () => Promise<void>): WholeStorage {
  return {
    async read(key) {
      await turn();
      return records.get(key);
    },
    async insert(record) {
      await turn();
      if (records.has(record.key)) return false;
      records.set(record.key, record);
      return true;
    },
    async replace(key, version, next) {
      await turn();
      if (records.get(key)?.version !== version) return false;
      if (next.key !== key && records.has(next.key)) return false;
      records.delete(key);
      records.set(next.key, next);
      return true;
    },
    async touch(key, now, expiresAt) {
      await turn();
      const record = records.get(key);
      if (!record || record.expiresAt <= now) return false;
      records.set(key, { ...record, expiresAt: Math.max(expiresAt, record.expiresAt) });
      return true;
    },
    async delete(key) {
      await turn();
      records.delete(key);
    },
    async deleteExpired(now, limit) {
      await turn();
      const expired = [...records.values()].filter(({ expiresAt }) => expiresAt <= now).slice(0, limit);
      for (const { key } of expired) records.delete(key);
      return expired.length;
    },
    async listBySubject(subject) {
      await turn();
      return [...records.values()].filter((record) => record.subject === subject);
    },
    async deleteBySubject(subject, { exceptKey, onlyKey }) {
      await turn();
      const doomed = [...records.values()].filter(
        ({ key, ...record }) =>
          record.subject === subject && key !== exceptKey && (onlyKey === undefined || key === onlyKey),
      );
      for (const { key } of doomed) records.delete(key);
      return doomed.length;
    },
    async close() {},
  };
}

/** Every place's records, for as long as the process lives. */
const places = new Map<string, Map<string, SessionRecord>>();

export function recordsOf({ namespace }: Place): Map<string, SessionRecord> {
  const records = places.get(namespace) ?? new Map<string, SessionRecord>();
  places.set(namespace, records);
  return records;
}

const broken = new Set<string>();

/** The way to a place's backend: one turn of the event loop, and an error while the place is broken. */
export async function hop({ namespace }: Place): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  if (broken.has(namespace)) throw new Error('The backend is down.');
}

export const storageOf = (place: Place): WholeStorage => memoryStorage(recordsOf(place), () => hop(place));

/** A correct driver on records with every hook, for tests that spoil one thing about it. */
export const memoryDriver = {
  capabilities: { subjects: true, sharedBetweenInstances: true },
  start: (_options, place) => storageOf(place),
  peek: (key, place) => JSON.stringify(recordsOf(place).get(key)),
  dump: (place) => JSON.stringify([...recordsOf(place)]),
  breakBackend: (place) => void broken.add(place.namespace),
  mendBackend: (place) => void broken.delete(place.namespace),
  cleanUp: (place) => void places.delete(place.namespace),
} satisfies DriverModule;
