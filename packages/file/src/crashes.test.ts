import { AsyncLocalStorage } from 'node:async_hooks';
import { appendFileSync, closeSync, existsSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import type { SessionRecord } from '@store/core/driver';
import { describe, expect, it, vi } from 'vitest';
import { allCuts, type Cut, killedAfter, type Watcher } from '../test/file-system-calls.ts';
import { filesIn, temporaryDirectory } from '../test/session-directory.ts';
import { openDirectory, type SessionDirectory } from './directory/open-directory.ts';
import { createFileStorage } from './file-storage.ts';
import { endLine, recordLine } from './log/line.ts';

const running = vi.hoisted(() => {
  // The package measures a millisecond as a second, so that no test waits a second for a process that was killed.
  const now = performance.now.bind(performance);
  performance.now = () => now() * 1000;
  return {} as { current?: AsyncLocalStorage<Watcher> };
});
running.current = new AsyncLocalStorage();
Reflect.deleteProperty(performance, 'now');

vi.mock('node:fs', async (importOriginal) => {
  const { watchFileSystem } = await import('../test/file-system-calls.ts');
  return watchFileSystem(await importOriginal(), () => running.current?.getStore());
});

type Storage = ReturnType<typeof createFileStorage>;

type Place = { opened: SessionDirectory; directory: string };
/** A storage backend as another process would open it. */
function processAt({ opened }: Place): Storage {
  return createFileStorage(opened, { durable: false, onDamaged: () => {} });
}

const now = Date.now();
const hour = 3_600_000;
const keys = [1, 2, 3, 4].map((byte) => Buffer.alloc(32, byte).toString('base64url'));
const [first, second, third, fourth] = keys as [string, string, string, string];
const text = (data: string) => JSON.stringify({ v: 1, data });
const long = text('x'.repeat(5000));
const session: SessionRecord = {
  key: first,
  payload: text('session'),
  subject: 'ann',
  version: 1,
  createdAt: now,
  expiresAt: now + hour,
  idleTimeout: null,
};
const replaced = { ...session, version: 2, payload: text('replaced') };
const moved = { ...session, key: second, version: 3 };
const markOf = (key: string): SessionRecord => ({
  ...session,
  ...{ key, payload: text('mark'), subject: null, version: 4, idleTimeout: 0 },
});
const { length } = recordLine(0, session);
/** Its line takes up all the room in its file. */
const full = { ...session, payload: text('session'.padEnd('session'.length + 3904 - length)) };

interface Operation {
  run(storage: Storage): unknown;
  /** What exists beforehand. Default: the session. */
  prepare?(storage: Storage, place: Place): unknown;
}

const insert = (storage: Storage) => storage.insert(session, now);
const move = (storage: Storage) => storage.move(first, 1, moved, markOf(first));
const afterMove = async (storage: Storage) => [await insert(storage), await move(storage)];
const nothing = () => {};
const touch = (storage: Storage) => storage.touch(first, 1, now + 2 * hour);
const endAll = (storage: Storage) => storage.deleteBySubject('ann', {});
const replaceMoved = (storage: Storage) => storage.replace(second, 3, { ...moved, version: 6 }, now);
const moveOn = (storage: Storage) =>
  storage.move(second, 3, { ...moved, key: third, version: 5 }, markOf(second));
/** Its 4th change is the record under the new key, the 6th is the mark, and the 7th is the line that commits the move. */
const killedMove = (n: number) => async (storage: Storage, place: Place) => [
  await insert(storage),
  await act(place, move, n),
];

const operations: Record<string, Operation> = {
  insert: { prepare: nothing, run: insert },
  'insert where an ender was killed': {
    prepare(storage, { opened }) {
      insert(storage);
      const path = opened.layout.record(first);
      appendFileSync(path, endLine(statSync(path).size, 'token'));
    },
    run: insert,
  },
  'save over a session': { run: (s) => s.save(replaced, 0, { start: '', end: '' }) },
  replace: { run: (s) => s.replace(first, 1, replaced, now) },
  'replace with a long one': { run: (s) => s.replace(first, 1, { ...replaced, payload: long }, now) },
  'replace with another subject': { run: (s) => s.replace(first, 1, { ...replaced, subject: 'bob' }, now) },
  touch: { run: touch },
  'touch without room': { prepare: (s) => s.insert(full, now), run: touch },
  delete: { run: (s) => s.delete(first) },
  deleteSession: { run: (s) => s.deleteSession(first) },
  deleteBySubject: { run: endAll },
  deleteExpired: { run: (s) => s.deleteExpired(now + hour, 10) },
  move: { run: move },
  'replace under another key': { run: (s) => s.replace(first, 1, moved, now) },
  'second move': { prepare: afterMove, run: moveOn },
  'replace after a move': { prepare: afterMove, run: replaceMoved },
  'delete of a mark': { prepare: afterMove, run: (s) => s.delete(first) },
  'replace after a move that was killed': { prepare: killedMove(7), run: replaceMoved },
  'delete of the mark of a move that was killed': { prepare: killedMove(7), run: (s) => s.delete(first) },
  'second move after one that was killed': { prepare: killedMove(7), run: moveOn },
  'deleteBySubject after a move that was killed': { prepare: killedMove(7), run: endAll },
  'move after one that was killed before it took effect': {
    prepare: killedMove(4),
    run: (s) => s.move(first, 1, { ...moved, key: third }, { ...markOf(first), version: 9 }),
  },
  'garbage collection after a move that was killed before it took effect': {
    prepare: async (_, place) => [await killedMove(6)(_, place), age(place)],
    run: (s) => s.deleteExpired(now, 10),
  },
};
const isMove = (title: string) => /move|another key/.test(title);

const filesAt = ({ directory }: Place) =>
  filesIn(directory)
    .map((name) => join(directory, name))
    .sort();

/** Makes every file two days old. */
function age(place: Place): void {
  const past = now / 1000 - 48 * 3600;
  for (const path of filesAt(place)) utimesSync(path, past, past);
}

/** What another process finds. */
type Seen = { records: SessionRecord[]; listed: SessionRecord[] };

async function look(place: Place): Promise<Seen> {
  const storage = processAt(place);
  const records = keys.map((key) => storage.read(key)).filter((record) => record !== undefined);
  expect((await storage.scan(undefined, 10)).sort(byKey)).toEqual(records);
  const sessions = sessionsIn(records);
  expect(sessions.length).toBeLessThan(2);
  const listed = await storage.listBySubject('ann');
  expect(listed).toEqual(sessions.filter(({ subject }) => subject === 'ann'));
  return { records, listed };
}

const byKey = (one: SessionRecord, other: SessionRecord) => (one.key < other.key ? -1 : 1);
const sessionsIn = (records: SessionRecord[]) => records.filter(({ idleTimeout }) => idleTimeout !== 0);

/** Runs a process that may be killed partway through. @returns what it has changed */
async function act(place: Place, run: Operation['run'], n = Number.POSITIVE_INFINITY, cut?: Cut) {
  const storage = processAt(place);
  const { watcher, changes } = killedAfter(n, closeSync, cut);
  const done = running.current?.run(watcher, async () => run(storage));
  await (n === Number.POSITIVE_INFINITY ? done : done?.catch(() => {}));
  return changes;
}

/** Two days later, collects what crashes have left behind, and checks that only records and their markers remain. */
async function collect(place: Place, at: string): Promise<Seen> {
  age(place);
  for (let round = 0; round < 3; round++) await processAt(place).deleteExpired(now, 100);
  const seen = await look(place);
  const { record, marker } = place.opened.layout;
  const wanted = seen.records.flatMap(({ key, subject, idleTimeout }) => {
    // A mark has the session's marker.
    const ofMark = ['ann', 'bob'].filter((name) => existsSync(marker(name, key)));
    const subjects = idleTimeout === 0 ? ofMark : [subject].filter((name) => name !== null);
    return [record(key), ...subjects.map((name) => marker(name, key))];
  });
  expect(filesAt(place), at).toEqual(wanted.sort());
  return seen;
}

async function prepared({ prepare = insert }: Operation): Promise<Place> {
  const directory = temporaryDirectory();
  const place = { directory, opened: openDirectory(directory) };
  await prepare(processAt(place), place);
  return place;
}

/** A separate directory for each moment at which a process running the operation can be killed. */
async function* crashes(operation: Operation, cuts: Cut[], but?: RegExp) {
  const changes = await act(await prepared(operation), operation.run);
  for (const [index, name] of changes.entries()) {
    if (but?.test(name)) continue;
    for (const cut of name === 'writeSync' ? cuts : (['nowhere'] as const)) {
      const place = await prepared(operation);
      await act(place, operation.run, index + 1, cut);
      yield { place, at: `change ${index + 1}, ${name}, cut off ${cut}`, isTorn: cut !== 'nowhere' };
    }
  }
}

async function beforeAndAfter(operation: Operation): Promise<Seen[]> {
  const place = await prepared(operation);
  const before = await look(place);
  await operation.run(processAt(place));
  return [before, await look(place)];
}

const change = { version: 7, expiresAt: now + 3 * hour };

/** Works on the records found after a crash. @returns the records that must exist afterwards */
type FollowUp = (storage: Storage, seen: Seen, isTorn: boolean) => Promise<SessionRecord[]>;

const replaceAll =
  (payload = text('next')): FollowUp =>
  async (storage, { records }) => {
    const next = records.map((one) => ({ ...one, ...change, payload }));
    for (const [n, { key, version }] of records.entries()) {
      expect(await storage.replace(key, version, next[n] as SessionRecord, now)).toBe(true);
      expect(await storage.replace(key, version, { ...session, key }, now)).toBe(false);
    }
    return next;
  };

const followUps: Record<string, FollowUp> = {
  replace: replaceAll(),
  'replace with a long one': replaceAll(long),
  async insert(storage, { records }) {
    const result = [...records];
    for (const key of keys) {
      if (result.some((one) => one.key === key)) {
        expect(await storage.insert({ ...session, key }, now)).toBe(false);
      } else if (sessionsIn(result).length === 0) {
        const record = { ...replaced, key };
        // A key to which a session was moving stays taken until garbage collection.
        if (await storage.insert(record, now)) result.push(record);
        else expect(key).not.toBe(first);
      }
    }
    return result;
  },
  async touch(storage, { records }) {
    for (const key of keys) {
      const isThere = records.some((one) => one.key === key);
      expect(await storage.touch(key, now, change.expiresAt)).toBe(isThere);
    }
    return records.map((one) => ({ ...one, expiresAt: change.expiresAt }));
  },
  async delete(storage, { records }) {
    const [gone] = sessionsIn(records);
    if (gone) await storage.delete(gone.key);
    return records.filter((one) => one !== gone);
  },
  async 'delete of all but the session'(storage, { records }) {
    const left = sessionsIn(records);
    for (const key of keys) if (!left.some((one) => one.key === key)) await storage.delete(key);
    return left;
  },
  async deleteSession(storage, { records }) {
    for (const { key, idleTimeout } of records)
      expect(await storage.deleteSession(key)).toBe(idleTimeout !== 0);
    return records.filter(({ idleTimeout }) => idleTimeout === 0);
  },
  async deleteBySubject(storage, { records, listed }, isTorn) {
    const count = await storage.deleteBySubject('ann', {});
    // A file that cannot be read is removed and counted like a session if it has a marker.
    if (isTorn) expect([0, 1]).toContain(Number(count) - listed.length);
    else expect(count).toBe(listed.length);
    return records.filter(({ key }) => !listed.some((one) => one.key === key));
  },
  async move(storage, { records }) {
    const [here] = sessionsIn(records);
    if (!here) return records;
    // Any key except those that the session was moving to.
    const next = { ...here, ...change, key: fourth };
    const mark = { ...markOf(here.key), version: 8 };
    expect(await storage.move(here.key, here.version, next, mark)).toBe(true);
    return [...records.map((one) => (one === here ? mark : one)), next];
  },
  async deleteExpired(storage) {
    await storage.deleteExpired(now + 4 * hour, 10);
    return [];
  },
};

/** After a crash in the middle of a move, the session may have a new version. */
const withoutVersion = ({ records }: Seen) => records.map((record) => ({ ...record, version: 0 }));
describe.each(Object.entries(operations))('a process killed at any moment during: %s', (title, operation) => {
  const said = (seen: Seen): unknown => (isMove(title) ? withoutVersion(seen) : seen);
  const cuts: Cut[] = isMove(title) ? ['nowhere'] : ['nowhere', 'in the middle'];

  it('leaves the state from before or after the operation, and otherwise only what garbage collection removes', async () => {
    const possible = (await beforeAndAfter(operation)).map(said);
    for await (const { place, at } of crashes(operation, allCuts)) {
      const seen = said(await look(place));
      expect(possible, at).toContainEqual(seen);
      expect(said(await collect(place, at)), at).toEqual(seen);
    }
  });

  it.each(Object.entries(followUps))('does not prevent: %s', async (_, followUp) => {
    for await (const { place, at, isTorn } of crashes(operation, cuts, /mkdir|utimes/)) {
      const expected = await followUp(processAt(place), await look(place), isTorn);
      const after = await look(place);
      expect(after.records, at).toEqual(expected.sort(byKey));
      expect(withoutVersion(await collect(place, at)), at).toEqual(withoutVersion(after));
    }
  });
});
