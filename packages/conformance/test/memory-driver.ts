import type { DriverModule, Place } from '@store/conformance';
import type { RecordStorage, SessionRecord } from '@store/core/driver';
import { memoryStorage } from '@store/core/memory';

/** Every function except `save`, so that core uses the others more. */
export type WholeStorage = Required<Omit<RecordStorage, 'save'>>;

/** The records of every place, for the life of the process. */
const places = new Map<string, Map<string, SessionRecord>>();

export function recordsOf({ namespace }: Place): Map<string, SessionRecord> {
  const records = places.get(namespace) ?? new Map<string, SessionRecord>();
  places.set(namespace, records);
  return records;
}

const broken = new Set<string>();

/** A call to a place's backend: takes one turn of the event loop, and fails while the place is broken. */
export async function hop({ namespace }: Place): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  if (broken.has(namespace)) throw new Error('The backend is down.');
}

/** A correct storage over a map; each call takes one turn of the event loop. */
export function storageOf(place: Place): WholeStorage {
  const { records: _records, save: _save, ...functions } = memoryStorage(recordsOf(place));
  const distant = Object.entries(functions).map(([name, call]) => [
    name,
    async (...args: unknown[]) => {
      await hop(place);
      return (call as (...args: unknown[]) => unknown)(...args);
    },
  ]);
  return { ...(Object.fromEntries(distant) as Omit<WholeStorage, 'close'>), async close() {} };
}

/** A correct driver on records with every hook, for tests that break one part of it. */
export const memoryDriver = {
  capabilities: { subjects: true, sharedBetweenInstances: true },
  start: (_options, place) => storageOf(place),
  peek: (key, place) => JSON.stringify(recordsOf(place).get(key)),
  dump: (place) => JSON.stringify([...recordsOf(place)]),
  breakBackend: (place) => void broken.add(place.namespace),
  mendBackend: (place) => void broken.delete(place.namespace),
  cleanUp: (place) => void places.delete(place.namespace),
} satisfies DriverModule;
