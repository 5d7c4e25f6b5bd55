import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import type { SessionRecord } from '@store/core/driver';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startChild } from '../../test/child.ts';
import { startProcess } from '../../test/file-system-calls.ts';
import { filesIn, openStorage, someRecord, temporaryDirectory } from '../../test/session-directory.ts';
import { endLine, recordLine, successorLine } from './line.ts';

const live = { expiresAt: Date.now() + 3_600_000 };

/** A session directory with one session, opened by two processes. */
function withSession(changes: Partial<SessionRecord> = {}) {
  const directory = temporaryDirectory();
  const { storage, layout } = openStorage(directory);
  const record = someRecord({ ...live, ...changes });
  expect(storage.insert(record, Date.now())).toBe(true);
  const path = layout.record(record.key);
  const append = (line: (at: number) => Buffer) => appendFileSync(path, line(statSync(path).size));
  const successor = (count: number) => `${path}.0123456789abcdef.${count}.next`;
  return {
    ...{ directory, storage, another: openStorage(directory).storage, record, path, append, successor },
    continueIn: (count: number) =>
      append((at) => successorLine(at, successor(count).split('/').at(-1) as string)),
  };
}

const next = (record: SessionRecord, changes: Partial<SessionRecord> = {}) => ({
  ...record,
  version: record.version + 1000,
  ...changes,
});
const longPayload = JSON.stringify({ v: 1, data: 'x'.repeat(5000) });

/** Replaces a session twice, the second time in a new file, and reads it back each time. */
function expectWritable({ storage, another, record }: ReturnType<typeof withSession>, from = record): void {
  const [one, two, three] = [next(from), next(next(from)), next(next(next(from)))];
  two.payload = longPayload;
  for (const [before, after] of [
    [from, one],
    [one, two],
    [two, three],
  ] as [SessionRecord, SessionRecord][]) {
    expect(storage.replace(before.key, before.version, after, Date.now())).toBe(true);
    expect([storage.read(after.key), another.read(after.key)]).toEqual([after, after]);
  }
}

describe('two processes that append to one log', () => {
  it('lose no acknowledged increment', async () => {
    const payload = JSON.stringify({ n: 0, text: 'x'.repeat(300) });
    const { directory, record, another, path } = withSession({ payload });
    const children = [1, 2].map(() => startChild('appender', directory, record.key, '10000'));
    for (const child of children) await child.next();
    await Promise.all(children.map((child) => child.ask('start')));
    expect(JSON.parse(another.read(record.key)?.payload ?? '{}').n).toBe(20_000);
    expect(filesIn(directory)).toHaveLength(1);
    // So the log continued in new files: this one has one block, plus what an overtaken process appended at its end.
    expect(statSync(path).size).toBeLessThanOrEqual(2 * 4096);
  });
});

describe('a log whose file was removed by hand', () => {
  it('is gone, and can be created again', () => {
    const { storage, record, path } = withSession();
    unlinkSync(path);
    expect(storage.replace(record.key, record.version, next(record), Date.now())).toBe(false);
    expect(storage.touch(record.key, 1, live.expiresAt + 1)).toBe(false);
    expect(storage.read(record.key)).toBeUndefined();
    expect(storage.insert(next(record), Date.now())).toBe(true);
    expect(storage.read(record.key)).toEqual(next(record));
  });

  it('acknowledges no further writes, even from a process that has it open', async () => {
    const { directory, record, path, storage } = withSession();
    const writer = startProcess(directory);
    onTestFinished(() => void writer.terminate());
    await writer.started;
    const task = { method: 'replace', args: [record.key, record.version, next(record), Date.now()] };
    const outcomes: unknown[] = [];
    for (let calls = 0; !writer.start(task, calls); calls++) {
      unlinkSync(path);
      writer.resume(100);
      outcomes.push(writer.outcome());
      expect(storage.read(record.key)).toBeUndefined();
      expect(storage.insert(record, Date.now())).toBe(true);
    }
    // A file removed after the write had been checked looks the same as one removed a day later.
    expect(outcomes).toEqual([false, false, false, false, true]);
  });
});

describe('something other than a file in place of a log', () => {
  const places: Record<string, (path: string) => void> = {
    'a link': (path) => symlinkSync('/etc/hostname', path),
    'a link that leads nowhere': (path) => symlinkSync('nowhere', path),
    'a pipe': (path) => void execFileSync('mkfifo', [path]),
  };

  it.runIf(process.platform !== 'win32').each(Object.keys(places))(
    'does not count as a session: %s',
    async (name) => {
      const { storage, record, path } = withSession();
      unlinkSync(path);
      places[name]?.(path);
      const before = readFileSync('/etc/hostname', 'utf8');
      expect(storage.read(record.key)).toBeUndefined();
      expect(storage.replace(record.key, record.version, next(record), Date.now())).toBe(false);
      expect(storage.touch(record.key, 1, live.expiresAt + 1)).toBe(false);
      expect(storage.insert(next(record), Date.now())).toBe(true);
      expect(storage.read(record.key)).toEqual(next(record));
      expect(readFileSync('/etc/hostname', 'utf8')).toBe(before);
    },
  );

  it('does not count as a session and is left alone: a folder', () => {
    const { storage, record, path } = withSession();
    unlinkSync(path);
    mkdirSync(path);
    expect(storage.read(record.key)).toBeUndefined();
    expect(() => storage.replace(record.key, record.version, next(record), Date.now())).toThrow();
    expect(() => storage.insert(record, Date.now())).toThrow();
    expect(statSync(path).isDirectory()).toBe(true);
  });
});

describe('a log that continues in a missing file, as it may in a copy', () => {
  it.each([1, 2])(
    'has the state from before that file, and can still be written to (%i missing)',
    (count) => {
      const session = withSession();
      for (let n = 1; n <= count; n++) session.continueIn(n);
      expect(session.storage.read(session.record.key)).toEqual(session.record);
      expectWritable(session);
    },
  );

  it('has the state from before that file even if the successor itself continues in a missing file', () => {
    const session = withSession();
    const { successor, continueIn, record, storage } = session;
    const after = next(record, { version: 7 });
    writeFileSync(successor(1), recordLine(0, after));
    appendFileSync(
      successor(1),
      successorLine(statSync(successor(1)).size, successor(2).split('/').at(-1) as string),
    );
    continueIn(1);
    expect(storage.read(record.key)).toEqual(after);
    expectWritable(session, after);
  });
});

describe('a log with a line that names a file of another session', () => {
  it('ignores the line, and leaves the file alone', () => {
    const session = withSession();
    const { storage, record, path, append, directory } = session;
    const another = someRecord(live);
    expect(storage.insert(another, Date.now())).toBe(true);
    const name = (of: string) => of.split('/').at(-1) as string;
    const shard = (of: string) => name(of).slice(0, 2);
    const elsewhere = filesIn(directory).find((file) => name(file) !== name(path)) as string;
    const names = [name(path), `../${shard(elsewhere)}/${name(elsewhere)}`, '../../elsewhere', '.'];
    for (const planted of names) append((at) => successorLine(at, planted));
    expect(storage.read(record.key)).toEqual(record);
    expectWritable(session);
    expect(storage.read(another.key)).toEqual(another);
  });
});

describe('a log that continues in a file that has not been renamed yet', () => {
  const continued = () => {
    const session = withSession();
    const after = next(session.record, { version: 7 });
    writeFileSync(session.successor(1), recordLine(0, after));
    session.continueIn(1);
    return { session, after };
  };

  it('has the state of the new file, and readers leave both files alone', () => {
    const { session, after } = continued();
    expect(session.storage.read(after.key)).toEqual(after);
    expect(filesIn(session.directory)).toHaveLength(2);
  });

  it('is the new file after the first write, by either process', async () => {
    const { session, after } = continued();
    expect(session.another.touch(after.key, 1, after.expiresAt)).toBe(true);
    expect(existsSync(session.successor(1))).toBe(false);
    expect(readFileSync(session.path)).toEqual(recordLine(0, after));
    expectWritable(session, after);
  });

  it('no longer has the state of the old file: replacing that state fails', () => {
    const { session, after } = continued();
    const { storage, record } = session;
    expect(storage.replace(record.key, record.version, next(record), Date.now())).toBe(false);
    expect(storage.read(record.key)).toEqual(after);
  });

  it('ends as a whole', async () => {
    const { session, after } = continued();
    await session.storage.delete(after.key);
    expect(filesIn(session.directory)).toEqual([]);
  });
});

describe('a log ended by a process that was then killed', () => {
  const ended = () => {
    const session = withSession();
    session.append((at) => endLine(at, 'token'));
    return session;
  };

  it('does not count as a session', async () => {
    const { storage, record } = ended();
    expect(storage.read(record.key)).toBeUndefined();
    expect(storage.replace(record.key, record.version, next(record), Date.now())).toBe(false);
    expect(storage.touch(record.key, 1, live.expiresAt + 1)).toBe(false);
    expect(await storage.deleteSession(record.key)).toBe(false);
  });

  it('is taken over by an insert, once its process has had a second to remove it', async () => {
    const session = ended();
    const [after, late] = [next(session.record), next(next(session.record))];
    const inserted = [session.storage.insert(after, Date.now()), session.another.insert(late, Date.now())];
    expect((await Promise.all(inserted)).sort()).toEqual([false, true]);
    const found = session.storage.read(after.key) as SessionRecord;
    expect([after, late]).toContainEqual(found);
    expectWritable(session, found);
  });

  it('is removed by garbage collection after a minute', async () => {
    const { directory, path } = ended();
    expect(await openStorage(directory).storage.deleteExpired(0, 10)).toBe(0);
    expect(filesIn(directory)).toHaveLength(1);
    const past = Date.now() / 1000 - 61;
    utimesSync(path, past, past);
    expect(await openStorage(directory).storage.deleteExpired(0, 10)).toBe(0);
    expect(filesIn(directory)).toEqual([]);
  });
});
