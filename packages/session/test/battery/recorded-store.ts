import type { SessionStore, StoredSession } from '@store/core';
import { createRecordStore, type RecordStorage } from '@store/core/driver';
import { memoryStorage } from '@store/core/memory';
import type { Gate } from './gate.ts';

type Trouble = 'none' | 'down' | 'silent';

/** Sessions in a map, with a log of the application's calls, and switches that break the backend. */
export interface RecordedStore {
  store: SessionStore;
  /** The names of the storage's functions, in the order of the application's calls. */
  calls: string[];
  /** All records, as text to compare. */
  records(): string[];
  /** What is stored under an id. Not recorded, and works even while the store is down. */
  look(id: string): Promise<StoredSession>;
  /** The number of a user's sessions. Not recorded. */
  sessionsOf(user: string): Promise<number>;
  /** From now on, these calls fail, or never finish. */
  breaks(trouble: Trouble, which?: 'all' | 'writes'): void;
  /** From now on, every write waits at this gate. */
  holdsWrites(gate: Gate): void;
}

/** @param isRemote Whether each result takes a turn of the event loop, as over a network; otherwise results are immediate. */
export function createRecordedStore(isRemote: boolean): RecordedStore {
  const { records, save: _save, ...whole } = memoryStorage();
  const calls: string[] = [];
  let held: Gate | undefined;
  let broken: { trouble: Trouble; which: 'all' | 'writes' } = { trouble: 'none', which: 'all' };

  const recorded =
    (name: string, method: (...args: unknown[]) => unknown) =>
    (...args: unknown[]) => {
      calls.push(name);
      const isHit = broken.which === 'all' || name !== 'read';
      if (isHit && broken.trouble === 'silent') return new Promise(() => {});
      const perform = () => {
        if (isHit && broken.trouble === 'down') throw new Error('The backend is down on purpose');
        return method(...args);
      };
      if (held && name !== 'read') return held.pass().then(perform);
      return isRemote ? new Promise((resolve) => setImmediate(resolve)).then(perform) : perform();
    };
  const storage = Object.fromEntries(
    Object.entries(whole).map(([name, method]) => [name, recorded(name, method as () => unknown)]),
  ) as unknown as RecordStorage;
  const behind = createRecordStore(memoryStorage(records), { name: 'behind' });

  return {
    store: createRecordStore(storage, { name: 'battery' }),
    calls,
    records: () => [...records.values()].map((record) => JSON.stringify(record)).sort(),
    look: (id) => behind.load(id),
    sessionsOf: async (user) => (await behind.list(user)).length,
    breaks(trouble, which = 'all') {
      broken = { trouble, which };
    },
    holdsWrites(gate) {
      held = gate;
    },
  };
}
