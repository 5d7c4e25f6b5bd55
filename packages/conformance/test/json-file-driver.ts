import { existsSync, mkdirSync, readFileSync, renameSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DriverModule, Place } from '@store/conformance';
import type { RecordStorage, SessionRecord } from '@store/core/driver';

/** Which promise to break. Read from the environment, so that it is broken in every process. */
const fault = process.env.JSON_FILE_FAULT;

type Records = { [key: string]: SessionRecord };

/** All records in one JSON file; a directory is the lock, since of several processes one can make it. */
function jsonFileStorage({ directory }: Place): Required<Omit<RecordStorage, 'save'>> {
  const file = join(directory, 'sessions.json');
  const lock = join(directory, 'lock');
  const load = (): Records => (existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Records) : {});

  async function locked<T>(work: (records: Records) => T): Promise<T> {
    while (fault !== 'no-lock' && !take(lock)) await new Promise((resolve) => setTimeout(resolve, 1));
    try {
      const records = load();
      if (fault === 'no-lock') await new Promise((resolve) => setTimeout(resolve, 2));
      const answer = work(records);
      writeFileSync(`${file}.${process.pid}`, JSON.stringify(records));
      renameSync(`${file}.${process.pid}`, file);
      return answer;
    } finally {
      if (fault !== 'no-lock') rmdirSync(lock);
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
    touch: (key, now, expiresAt) =>
      locked((records) => {
        const record = records[key];
        if (!record || record.expiresAt <= now) return false;
        record.expiresAt = Math.max(record.expiresAt, expiresAt);
        return true;
      }),
    delete: (key) => locked((records) => void delete records[key]),
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
    close() {},
  };
}

function take(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    return false;
  }
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
  return { ...storage, close: () => clearInterval(fault === 'timer-until-closed' ? timer : undefined) };
};
