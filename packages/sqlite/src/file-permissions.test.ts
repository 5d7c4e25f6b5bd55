import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryDatabase } from '../test/temporary-database.ts';
import { preparePrivateFile } from './file-permissions.ts';
import { startSession } from './start-session.ts';

const isRoot = process.geteuid?.() === 0;

/** A database with a table, closed: with no log next to it. */
async function makeDatabase() {
  const path = temporaryDatabase();
  await (await startSession({ database: path, cache: false })).close();
  return path;
}

async function expectRefusal(path: string, command: string) {
  await expect(startSession({ database: path, cache: false })).rejects.toMatchObject({
    code: 'INVALID_OPTION',
    message: expect.stringContaining(command),
  });
}

async function expectStart(path: string) {
  await (await startSession({ database: path, cache: false })).close();
}

describe('a database file that others can change', { skip: process.platform === 'win32' }, () => {
  it.each([0o620, 0o602, 0o666])('is refused with the command that mends it, for mode %o', async (mode) => {
    const path = await makeDatabase();
    chmodSync(path, mode);
    await expectRefusal(path, `Run chmod go-w ${path}.`);
    chmodSync(path, mode & ~0o022);
    await expectStart(path);
  });

  it.each(['-wal', '-shm', '-journal'])('is refused when it is only its %s file', async (suffix) => {
    const path = await makeDatabase();
    writeFileSync(path + suffix, '');
    chmodSync(path + suffix, 0o666);
    await expectRefusal(path, `chmod go-w ${path}${suffix}`);
    rmSync(path + suffix);
    symlinkSync(`${path}.elsewhere`, path + suffix);
    await expectRefusal(path, `rm ${path}${suffix}`);
  });

  it.each([0o777, 0o707])('is refused when it is its directory, for mode %o', async (mode) => {
    const path = await makeDatabase();
    chmodSync(dirname(path), mode);
    await expectRefusal(path, `chmod go-w ${dirname(path)}`);
    chmodSync(dirname(path), 0o755);
    await expectStart(path);
  });

  it('is accepted in a directory like /tmp, where others cannot replace it', async () => {
    const path = await makeDatabase();
    chmodSync(dirname(path), 0o1777);
    await expectStart(path);
  });

  it('is refused behind a symbolic link, and when only the link can be replaced', async () => {
    const path = await makeDatabase();
    const directory = join(dirname(path), 'links');
    mkdirSync(directory, { mode: 0o700 });
    symlinkSync('../sessions.db', join(directory, 'link.db'));
    const link = join(directory, 'link.db');
    await expectStart(link);
    chmodSync(path, 0o666);
    await expectRefusal(link, `chmod go-w ${path}`);
    chmodSync(path, 0o600);
    chmodSync(directory, 0o777);
    await expectRefusal(link, `chmod go-w ${directory}`);
  });

  it('is created for its owner only, behind a symbolic link too, whatever the umask', async () => {
    const path = temporaryDatabase();
    symlinkSync(path, `${path}.link`);
    const umask = process.umask(0);
    onTestFinished(() => void process.umask(umask));
    preparePrivateFile(`${path}.link`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('is refused without being changed', async () => {
    const path = temporaryDatabase();
    chmodSync(dirname(path), 0o777);
    await expectRefusal(path, 'mkdir -m 700');
    expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
  });

  it('quotes a path for the shell', async () => {
    const directory = mkdtempSync(join(tmpdir(), "store sqlite's "));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const path = join(directory, 's.db');
    writeFileSync(path, '', { mode: 0o600 });
    chmodSync(path, 0o666);
    await expectRefusal(path, `chmod go-w '${path.replace("'", "'\\''")}'`);
  });

  it('is none of our business when a Database is passed', async () => {
    const path = await makeDatabase();
    chmodSync(path, 0o666);
    const database = new Database(path);
    await (await startSession({ database, cache: false })).close();
    database.close();
  });
});

// Only root can give files away.
describe('a database file of another user', { skip: !isRoot }, () => {
  it.each(['', '-wal', '-shm', '-journal'])('is refused, in %s too', async (suffix) => {
    const path = await makeDatabase();
    if (suffix !== '') writeFileSync(path + suffix, '', { mode: 0o600 });
    chownSync(path + suffix, 65534, 65534);
    await expectRefusal(path, `chown 0 ${path}${suffix}`);
  });

  it('is refused in the directory of another user', async () => {
    const path = await makeDatabase();
    chownSync(dirname(path), 65534, 65534);
    await expectRefusal(path, `chown 0 ${dirname(path)}`);
  });
});
