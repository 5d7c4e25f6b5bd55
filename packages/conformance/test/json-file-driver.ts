import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { DriverModule, Place } from '@store/conformance';
import type { RecordStorage, SessionRecord } from '@store/core/driver';

/** The promise to break, read from the environment so that every process breaks it. */
const fault = process.env.JSON_FILE_FAULT;

type Records = { [key: string]: SessionRecord };

/** All records in one JSON file. The lock is SQLite's, which the system releases when a process is killed. */
function jsonFileStorage({ directory }: Place): Required<Omit<RecordStorage, 'save'>> {
  const file = join(directory, 'sessions.json');
  const lock = new DatabaseSync(join(directory, 'lock'), { timeout: 20_000 });
  const load = (): Records => (existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Records) : {});

  async function locked<T>(work: (records: Records) => T): Promise<T> {
    // Nothing below awaits, so that other calls in this process find the lock free.
    if (fault !== 'no-lock') lock.exec('begin exclusive');
    try {
      const records = load();
      if (fault === 'no-lock') await new Promise((resolve) => setTimeout(resolve, 2));
      const answer = work(records);
      writeFileSync(`${file}.${process.pid}`, JSON.stringify(records));
      renameSync(`${file}.${process.pid}`, file);
      return answer;
    } finally {
      if (fault !== 'no-lock') lock.exec('rollback');
    }
  }
  const removeAll = (records: Records, doomed: SessionRecord[]) => {
    for (const { key } of doomed) delete records[key];
    return doomed.length;
  };

  return {
    read: (key) => load()[key],
    insert: (record) =>
      locked((records) => {
        if (records[record.key]) return false;
        records[record.key] = record;
        return true;
      }),
    replace: (key, version, next) =>
      locked((records) => {
        if (records[key]?.version !== version || (next.key !== key && records[next.key])) return false;
        delete records[key];
        records[next.key] = next;
        return true;
      }),
    move: (key, version, next, mark) =>
      locked((records) => {
        if (records[key]?.version !== version || records[next.key]) return false;
        records[key] = mark;
        records[next.key] = next;
        return true;
      }),
    touch: (key, now, expiresAt) =>
      locked((records) => {
        const record = records[key];
        if (!record || record.expiresAt <= now) return false;
        record.expiresAt = Math.max(record.expiresAt, expiresAt);
        return true;
      }),
    delete: (key) => locked((records) => void delete records[key]),
    deleteSession: (key) =>
      locked((records) => key in records && records[key]?.idleTimeout !== 0 && delete records[key]),
    scan: (after = '', limit) => {
      const records = Object.values(load()).sort((one, other) => (one.key < other.key ? -1 : 1));
      return records.filter(({ key }) => key > after).slice(0, limit);
    },
    deleteExpired: (now, limit) =>
      locked((records) =>
        removeAll(
          records,
          Object.values(records)
            .filter(({ expiresAt }) => expiresAt <= now)
            .slice(0, limit),
        ),
      ),
    listBySubject: (subject) => Object.values(load()).filter((record) => record.subject === subject),
    deleteBySubject: (subject, { exceptKey, onlyKey }) =>
      locked((records) =>
        removeAll(
          records,
          Object.values(records).filter(
            (record) =>
              record.subject === subject &&
              record.key !== exceptKey &&
              (onlyKey === undefined || record.key === onlyKey),
          ),
        ),
      ),
    close: () => lock.close(),
  };
}

export const capabilities: DriverModule['capabilities'] = {
  subjects: true,
  sharedBetweenInstances: true,
  sharedBetweenProcesses: fault !== 'not-claimed',
};

export const start: DriverModule['start'] = (_options, place) => {
  const storage = jsonFileStorage(place);
  const timer = fault?.startsWith('timer') ? setInterval(() => {}, 1000) : undefined;
  if (fault === 'fails-elsewhere' && process.send) {
    storage.insert = () => Promise.reject(new Error('the disk is full'));
  }
  return {
    ...storage,
    close() {
      storage.close?.();
      clearInterval(fault === 'timer-until-closed' ? timer : undefined);
    },
  };
};
