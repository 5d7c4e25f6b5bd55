import type { DriverModule } from '@store/conformance';
import type { RecordStorage, SessionRecord } from '@store/core/driver';
import { hop, memoryDriver, recordsOf, storageOf } from './memory-driver.ts';

/** What a `save` does once it has found what is there; `undefined` refuses. */
export type SaveOver = (
  found: SessionRecord,
  record: SessionRecord,
  createdAfter: number,
) => SessionRecord | undefined;

const correct: SaveOver = (found, record, createdAfter) => {
  const goesOn =
    found.expiresAt > record.createdAt &&
    found.createdAt > createdAfter &&
    found.idleTimeout === record.idleTimeout &&
    (record.subject === null || record.subject === found.subject);
  const { version, payload, expiresAt } = record;
  return goesOn ? { ...found, version, payload, expiresAt } : undefined;
};

/** A driver like {@link memoryDriver} that saves in one step. @param between What happens between looking and writing */
export function savingDriver(saveOver = correct, between = async () => {}): DriverModule {
  return {
    ...memoryDriver,
    capabilities: { ...memoryDriver.capabilities, savesInOneStep: true },
    start(_options, place) {
      const records = recordsOf(place);
      const save: RecordStorage['save'] = async (record, createdAfter) => {
        await hop(place);
        const found = records.get(record.key);
        const next = found ? saveOver(found, record, createdAfter) : record;
        await between();
        if (next) records.set(record.key, next);
        return next !== undefined;
      };
      return { ...storageOf(place), save };
    },
  };
}

/** A `save` that breaks one promise, and the cases that must notice. */
export const brokenSaves: { broken: string; fails: string[]; save: SaveOver }[] = [
  {
    broken: 'save begins a new session over a live one',
    fails: ['save.keeps', 'move.given-up', 'storage.save', 'storage.save-refused', 'storage.save-mark'],
    save: (_found, record) => record,
  },
  {
    broken: 'save writes over an expired session',
    fails: ['storage.save-refused'],
    save: (found, record, createdAfter) => correct({ ...found, expiresAt: Infinity }, record, createdAfter),
  },
  {
    broken: 'save ignores when the session was created',
    fails: ['storage.save-refused'],
    save: (found, record) => correct(found, record, Number.NEGATIVE_INFINITY),
  },
  {
    broken: 'save drops the subject',
    fails: ['storage.save'],
    save(found, record, createdAfter) {
      const next = correct(found, record, createdAfter);
      return next && { ...next, subject: record.subject };
    },
  },
  {
    broken: 'save keeps an idle timeout that was to change',
    fails: ['save.keeps', 'move.given-up', 'storage.save-refused', 'storage.save-mark'],
    save: (found, record, createdAfter) =>
      correct(found, { ...record, idleTimeout: found.idleTimeout }, createdAfter),
  },
  {
    broken: 'save keeps the later expiry',
    fails: ['storage.save'],
    save(found, record, createdAfter) {
      const next = correct(found, record, createdAfter);
      return next && { ...next, expiresAt: Math.max(found.expiresAt, next.expiresAt) };
    },
  },
  {
    broken: 'save takes an idle timeout of 0 for none',
    fails: ['move.given-up', 'storage.save-mark'],
    save: (found, record, createdAfter) =>
      correct({ ...found, idleTimeout: found.idleTimeout || null }, record, createdAfter),
  },
];
