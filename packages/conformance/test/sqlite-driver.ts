import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import type { DriverModule, Place } from '@store/conformance';
import type { RecordStorage, SessionRecord } from '@store/core/driver';

/** The promise to break, read from the environment so that every process breaks it. */
const fault = process.env.SQLITE_FAULT;

const schema = `create table if not exists sessions (key text primary key, payload text not null, subject text,
  version integer not null, createdAt integer not null, expiresAt integer not null, idleTimeout integer)`;
const all =
  'insert into sessions values (:key, :payload, :subject, :version, :createdAt, :expiresAt, :idleTimeout)';
const saveOver = `payload = :payload, version = :version, expiresAt = :expiresAt where key = :key and
  expiresAt > :createdAt and createdAt > :createdAfter and idleTimeout is :idleTimeout and
  (:subject is null or subject is :subject) and payload glob :plain`;

function open({ directory }: Place): DatabaseSync {
  // Waits for other connections before it fails; nothing here needs to survive a power cut.
  const database = new DatabaseSync(join(directory, 'sessions.db'), { timeout: 20_000 });
  database.exec('pragma synchronous = off');
  if (fault === 'table-at-start') {
    const found = database.prepare("select 1 from sqlite_master where name = 'sessions'").get();
    sleep(20);
    if (!found) database.exec(schema.replace(' if not exists', ''));
  } else database.exec(schema);
  return database;
}

/** Blocks this process for a while, so that another one reliably writes in between. */
function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/** Does the work later, on a timer that does not keep the process alive: a second is longer than a process takes to exit. */
function unreferenced<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(work()), 1000).unref();
  });
}

/** One atomic statement per function, unless told to read first and write later. */
function sqliteStorage(database: DatabaseSync): Required<RecordStorage> {
  const sql = (text: string) => {
    const statement = database.prepare(text);
    statement.setAllowUnknownNamedParameters(true);
    const named = (values: object) => values as { [name: string]: SQLInputValue };
    return {
      get: (values: object) => statement.get(named(values)) as unknown as SessionRecord | undefined,
      all: (values: object) => statement.all(named(values)) as unknown as SessionRecord[],
      run: (values: object) => Number(statement.run(named(values)).changes),
    };
  };
  const read = sql('select * from sessions where key = :key');
  const insert = sql(`${all} on conflict do nothing`);
  const upsert = sql(all.replace('insert', 'insert or replace'));
  const replace =
    sql(`update sessions set key = :key, payload = :payload, subject = :subject, version = :version,
    createdAt = :createdAt, expiresAt = :expiresAt, idleTimeout = :idleTimeout where key = :was and version = :wasVersion
    and (key = :key or not exists (select 1 from sessions where key = :key))`);
  const scan = sql('select * from sessions where key > :after order by key limit :limit');
  const touch = sql(
    'update sessions set expiresAt = max(expiresAt, :expiresAt) where key = :key and expiresAt > :now',
  );
  const remove = sql('delete from sessions where key = :key');
  const removeSession = sql('delete from sessions where key = :key and idleTimeout is not 0');
  const removeVersion = sql('delete from sessions where key = :key and version = :version');
  const expired = sql('select key from sessions where expiresAt <= :now limit :limit');
  const removeExpired = sql(
    'delete from sessions where key in (select key from sessions where expiresAt <= :now limit :limit)',
  );
  const ofSubject = sql('select * from sessions where subject = :subject');
  const removeOfSubject = sql(`delete from sessions where subject = :subject and key is not :exceptKey and
    (:onlyKey is null or key = :onlyKey)`);
  const save = sql(
    `${all} on conflict do update set ${saveOver.replace(/:(payload|version)/g, 'excluded.$1')}`,
  );
  const saveWithoutLooking = sql(
    'update sessions set payload = :payload, version = :version where key = :key',
  );
  const removeEach = (records: { key: string }[]) => {
    sleep(5);
    return records.filter(({ key }) => remove.run({ key }) > 0).length;
  };
  let touches = 0;

  return {
    read: (key) => read.get({ key }),
    insert: (record) => insert.run(record) > 0,
    replace: (key, version, next) => replace.run({ ...next, was: key, wasVersion: version }) > 0,
    move(key, version, next, mark) {
      const moves = () => replace.run({ ...next, was: key, wasVersion: version }) > 0;
      if (fault === 'move') return moves() && insert.run(mark) > 0;
      database.exec('begin immediate');
      const moved = moves() && insert.run(mark) > 0;
      database.exec('commit');
      return moved;
    },
    touch(key, now, expiresAt) {
      if (fault !== 'touch') return touch.run({ key, now, expiresAt }) > 0;
      const found = read.get({ key });
      if (!found || found.expiresAt <= now) return false;
      // Sleeps 50 times at most: a record that this fault brings back is touched thousands of times.
      if (touches++ < 50) sleep(2);
      return upsert.run({ ...found, expiresAt: Math.max(found.expiresAt, expiresAt) }) > 0;
    },
    delete(key) {
      const found = fault === 'delete' ? read.get({ key }) : undefined;
      if (found) removeVersion.run(found);
      else remove.run({ key });
    },
    deleteSession(key) {
      if (fault !== 'delete-session') return removeSession.run({ key }) > 0;
      if (read.get({ key })?.idleTimeout === 0) return false;
      sleep(5);
      return remove.run({ key }) > 0;
    },
    scan: (after = '', limit) => scan.all({ after, limit }),
    deleteExpired(now, limit) {
      if (fault === 'delete-expired') return removeEach(expired.all({ now, limit }));
      if (fault === 'gc-unref') return unreferenced(() => removeExpired.run({ now, limit }));
      if (fault !== 'gc-not-awaited') return removeExpired.run({ now, limit });
      unreferenced(() => removeExpired.run({ now, limit }));
      return 0;
    },
    listBySubject: (subject) => ofSubject.all({ subject }),
    deleteBySubject: (
      subject,
      { exceptKey = null as unknown as string, onlyKey = null as unknown as string },
    ) =>
      fault === 'delete-by-subject'
        ? removeEach(ofSubject.all({ subject }))
        : removeOfSubject.run({ subject, exceptKey, onlyKey }),
    save(record, createdAfter, { start, end }) {
      if (fault !== 'save') return save.run({ ...record, createdAfter, plain: `${start}*${end}` }) > 0;
      const found = read.get({ key: record.key });
      if (!found) return insert.run(record) > 0;
      if (found.idleTimeout !== record.idleTimeout) return false;
      return saveWithoutLooking.run(record) > 0;
    },
    close: () => database.close(),
  };
}

export const capabilities: DriverModule['capabilities'] = {
  subjects: true,
  savesInOneStep: true,
  sharedBetweenProcesses: true,
};

export const start: DriverModule['start'] = (_options, place) => sqliteStorage(open(place));
