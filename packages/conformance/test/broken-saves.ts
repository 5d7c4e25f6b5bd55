import type { DriverModule } from '@store/conformance';
import type { PlainPayload, RecordStorage, SessionRecord } from '@store/core/driver';
import { hop, memoryDriver, recordsOf, storageOf } from './memory-driver.ts';

/** Returns what a `save` writes over the existing record; `undefined` if it writes nothing. */
export type SaveOver = (
  found: SessionRecord,
  record: SessionRecord,
  createdAfter: number,
  plain: PlainPayload,
) => SessionRecord | undefined;

const correct: SaveOver = (found, record, createdAfter, plain) => {
  const goesOn =
    found.expiresAt > record.createdAt &&
    found.createdAt > createdAfter &&
    found.idleTimeout === record.idleTimeout &&
    (record.subject === null || record.subject === found.subject) &&
    found.payload.startsWith(plain.start) &&
    found.payload.endsWith(plain.end);
  const { version, payload, expiresAt } = record;
  return goesOn ? { ...found, version, payload, expiresAt } : undefined;
};

/** A driver like {@link memoryDriver} that saves in one step. @param between Runs between reading and writing */
export function savingDriver(saveOver = correct, between = async () => {}): DriverModule {
  return {
    ...memoryDriver,
    capabilities: { ...memoryDriver.capabilities, savesInOneStep: true },
    start(_options, place) {
      const records = recordsOf(place);
      const save: RecordStorage['save'] = async (record, createdAfter, plain) => {
        await hop(place);
        const found = records.get(record.key);
        const next = found ? saveOver(found, record, createdAfter, plain) : record;
        await between();
        if (next) records.set(record.key, next);
        return next !== undefined;
      };
      return { ...storageOf(place), save };
    },
  };
}

/** A `save` that breaks one promise, and the cases that must fail. */
export const brokenSaves: { broken: string; fails: string[]; save: SaveOver }[] = [
  {
    broken: 'save starts a new session over a live one',
    fails: [
      'save.keeps',
      'values.unknown-fields',
      'move.given-up',
      'storage.save',
      'storage.save-refused',
      'storage.save-mark',
      'storage.try-again',
    ],
    save: (_found, record) => record,
  },
  {
    broken: 'save writes over an expired session',
    fails: ['storage.save-refused'],
    save: (found, record, ...limits) => correct({ ...found, expiresAt: Infinity }, record, ...limits),
  },
  {
    broken: 'save ignores when the session was created',
    fails: ['storage.save-refused'],
    save: (found, record, _, plain) => correct(found, record, Number.NEGATIVE_INFINITY, plain),
  },
  {
    broken: 'save drops the subject',
    fails: ['storage.save', 'storage.try-again'],
    save(found, record, ...limits) {
      const next = correct(found, record, ...limits);
      return next && { ...next, subject: record.subject };
    },
  },
  {
    broken: 'save keeps an idle timeout that was to change',
    fails: ['save.keeps', 'storage.save-refused', 'storage.save-mark'],
    save: (found, record, ...limits) =>
      correct(found, { ...record, idleTimeout: found.idleTimeout }, ...limits),
  },
  {
    broken: 'save keeps the later expiry',
    fails: ['storage.save'],
    save(found, record, ...limits) {
      const next = correct(found, record, ...limits);
      return next && { ...next, expiresAt: Math.max(found.expiresAt, next.expiresAt) };
    },
  },
  {
    broken: 'save treats an idle timeout of 0 as none',
    fails: ['storage.save-mark'],
    save: (found, record, ...limits) =>
      correct({ ...found, idleTimeout: found.idleTimeout || null }, record, ...limits),
  },
  {
    broken: 'save does not look at the payload that it replaces',
    fails: ['values.unknown-fields', 'storage.save-refused'],
    save: (found, record, createdAfter) => correct(found, record, createdAfter, { start: '', end: '' }),
  },
  {
    broken: 'save looks only at the end of the payload',
    fails: ['values.unknown-fields', 'storage.save-refused'],
    save: (found, record, createdAfter, { end }) => correct(found, record, createdAfter, { start: '', end }),
  },
];
