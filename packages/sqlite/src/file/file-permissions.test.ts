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
import { describe, expect, it, onTestFinished, type TestContext, vi } from 'vitest';
import { reportOf } from '../../test/report.ts';
import { temporaryDatabase } from '../../test/temporary-database.ts';
import { startSession } from '../start-session.ts';
import { preparePrivateFile } from './file-permissions.ts';

const skip = process.platform === 'win32';
const self = process.geteuid?.();
const stranger = 12_345;
const companions = ['-wal', '-shm', '-journal'];

/** Creates a database with a table and closes it, so it has no log next to it. */
async function makeDatabase() {
  const path = temporaryDatabase();
  await (await startSession({ database: path, cache: false })).close();
  return path;
}

async function expectRefusal(path: string, command: string, checkOwner = true) {
  await expect(startSession({ database: path, cache: false, checkOwner })).rejects.toMatchObject({
    code: 'INVALID_OPTION',
    message: expect.stringContaining(command),
  });
}

async function expectStart(path: string, checkOwner = true) {
  await (await startSession({ database: path, cache: false, checkOwner })).close();
}

function needsRoot(context: TestContext) {
  if (self !== 0) context.skip('only root can give a file away');
}

describe('a database file that every user can write to', { skip }, () => {
  it.each([0o602, 0o666])('is refused with the command that fixes it, for mode %o', async (mode) => {
    const path = await makeDatabase();
    chmodSync(path, mode);
    await expectRefusal(path, `Run chmod o-w ${path}, or pass checkOwner: false`);
    chmodSync(path, mode & ~0o002);
    await expectStart(path);
  });

  it.each(companions)('is refused if only its %s file is writable', async (suffix) => {
    const path = await makeDatabase();
    writeFileSync(path + suffix, '');
    chmodSync(path + suffix, 0o666);
    await expectRefusal(path, `chmod o-w ${path}${suffix}`);
  });

  it.each([0o777, 0o707])('is refused if its directory is writable, for mode %o', async (mode) => {
    const path = await makeDatabase();
    chmodSync(dirname(path), mode);
    await expectRefusal(path, `chmod o-w ${dirname(path)}`);
    chmodSync(dirname(path), mode & ~0o002);
    await expectStart(path);
  });

  it('is refused even behind a symbolic link, and when only the link can be replaced', async () => {
    const path = await makeDatabase();
    const directory = join(dirname(path), 'links');
    mkdirSync(directory, { mode: 0o700 });
    symlinkSync('../sessions.db', join(directory, 'link.db'));
    const link = join(directory, 'link.db');
    await expectStart(link);
    chmodSync(path, 0o666);
    await expectRefusal(link, `chmod o-w ${path}`);
    chmodSync(path, 0o600);
    chmodSync(directory, 0o777);
    await expectRefusal(link, `chmod o-w ${directory}`);
  });

  it('is not created in a directory that every user can write to', async () => {
    const path = temporaryDatabase();
    chmodSync(dirname(path), 0o777);
    await expectRefusal(path, 'is writable by every user');
    expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
  });

  it('is refused with its path quoted for the shell', async () => {
    const directory = mkdtempSync(join(tmpdir(), "store sqlite's "));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const path = join(directory, 's.db');
    writeFileSync(path, '');
    chmodSync(path, 0o666);
    await expectRefusal(path, `chmod o-w '${path.replace("'", "'\\''")}'`);
  });

  it('is accepted in a sticky directory such as /tmp, where others cannot replace it', async () => {
    const path = await makeDatabase();
    chmodSync(dirname(path), 0o1777);
    await expectStart(path);
  });

  it('is accepted with checkOwner: false', async () => {
    const path = await makeDatabase();
    chmodSync(path, 0o666);
    chmodSync(dirname(path), 0o777);
    for (const suffix of companions) {
      writeFileSync(path + suffix, '');
      chmodSync(path + suffix, 0o666);
    }
    await expectStart(path, false);
  });

  it('is accepted when a Database is passed', async () => {
    const path = await makeDatabase();
    chmodSync(path, 0o666);
    const database = new Database(path);
    await (await startSession({ database, cache: false })).close();
    database.close();
  });
});

describe('a database file that its group may write to', { skip }, () => {
  it('is accepted, and the files that SQLite creates get its mode, whatever the umask', async () => {
    const path = await makeDatabase();
    chmodSync(dirname(path), 0o2770);
    chmodSync(path, 0o660);
    const umask = process.umask(0o077);
    onTestFinished(() => void process.umask(umask));
    const store = await startSession({ database: path, cache: false });
    for (const suffix of ['-wal', '-shm']) expect(statSync(path + suffix).mode & 0o777).toBe(0o660);
    await store.close();
    await expectStart(path);
  });
});

describe('a database file that is missing', { skip }, () => {
  it('is created with access for its owner only, even behind a symbolic link, whatever the umask', async () => {
    const path = temporaryDatabase();
    symlinkSync(path, `${path}.link`);
    const umask = process.umask(0);
    onTestFinished(() => void process.umask(umask));
    preparePrivateFile(`${path}.link`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("is created at a link's target, resolved from the link's real directory and not from a link to that directory", () => {
    const path = temporaryDatabase();
    const directory = join(dirname(path), 'deep', 'real');
    mkdirSync(directory, { recursive: true });
    symlinkSync(directory, join(dirname(path), 'directory-link'));
    symlinkSync('../sessions.db', join(directory, 'link.db'));
    const target = join(dirname(path), 'deep', 'sessions.db');
    expect(preparePrivateFile(join(dirname(path), 'directory-link', 'link.db'))).toBe(target);
    expect(statSync(target).isFile()).toBe(true);
    expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
  });

  it.each([true, false])('requires an existing directory, with checkOwner: %s', async (checkOwner) => {
    const path = join(dirname(temporaryDatabase()), 'missing', 'sessions.db');
    await expectRefusal(path, `${dirname(path)} does not exist`, checkOwner);
  });
});

describe.each(companions)('a %s file that is not a regular file', (suffix) => {
  it.each([true, false])('is refused, with checkOwner: %s', async (checkOwner) => {
    const path = await makeDatabase();
    symlinkSync(`${path}.elsewhere`, path + suffix);
    await expectRefusal(path, `rm ${path}${suffix}`, checkOwner);
  });
});

describe('a database file that belongs to another user', { skip }, () => {
  /** Creates an empty database that belongs to that user, in a directory that only that user may write to, as in a volume. */
  function makeVolume(uid: number) {
    const directory = dirname(temporaryDatabase());
    chmodSync(directory, 0o755);
    const path = join(directory, 'volume', 'sessions.db');
    mkdirSync(dirname(path), { mode: 0o755 });
    writeFileSync(path, '', { mode: 0o600 });
    for (const each of [path, dirname(path)]) chownSync(each, uid, uid);
    return path;
  }

  it.for(['', ...companions])(
    'is refused with the command that fixes it, as sessions.db%s',
    async (suffix, context) => {
      needsRoot(context);
      const path = makeVolume(stranger);
      writeFileSync(path + suffix, '');
      chownSync(path + suffix, 54_321, 54_321);
      vi.spyOn(process, 'geteuid').mockReturnValue(stranger);
      onTestFinished(() => void vi.restoreAllMocks());
      await expectRefusal(
        path,
        `${path}${suffix} belongs to another user (54321; this process runs as ${stranger}). ` +
          `Run chown ${stranger} ${path}${suffix} as root, start as that user, or pass checkOwner: false`,
      );
      await expectStart(path, false);
    },
  );

  it('is refused because of its directory, even after the process has dropped root privileges', async (context) => {
    needsRoot(context);
    const path = makeVolume(stranger);
    chownSync(dirname(path), 54_321, 54_321);
    const { outcome } = await reportOf([path, 'true', `${stranger}`]);
    expect(outcome).toContain(
      `INVALID_OPTION [@store/sqlite] database must be safe from other users, but ${dirname(path)} belongs`,
    );
    chownSync(dirname(path), stranger, stranger);
    expect(await reportOf([path, 'true', `${stranger}`])).toMatchObject({ outcome: 'saved', warnings: [] });
  });

  it('is accepted if that user is root', async (context) => {
    needsRoot(context);
    const path = makeVolume(0);
    vi.spyOn(process, 'geteuid').mockReturnValue(stranger);
    onTestFinished(() => void vi.restoreAllMocks());
    await expectStart(path);
  });

  it('causes a warning in a process that runs as root, once per user', async (context) => {
    needsRoot(context);
    const path = makeVolume(stranger);
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    onTestFinished(() => warn.mockRestore());
    await expectStart(path, false);
    expect(warn.mock.calls).toEqual([]);
    for (let starts = 0; starts < 2; starts += 1) await expectStart(path);
    const text = `${dirname(path)} belongs to another user (${stranger}; this process runs as 0). Run chown 0 `;
    expect(warn.mock.calls).toEqual([[expect.stringContaining(text)]]);
    expect(warn.mock.calls[0]?.[0]).toMatch(/^\[@store\/sqlite\] /);
  });

  it.for(['', ...companions])(
    'is refused even for root where any user could have put it there, as sessions.db%s',
    async (suffix, context) => {
      needsRoot(context);
      const path = await makeDatabase();
      chmodSync(dirname(path), 0o1777);
      writeFileSync(path + suffix, '', { mode: 0o600 });
      await expectStart(path);
      writeFileSync(path + suffix, '', { mode: 0o600 });
      chownSync(path + suffix, stranger, stranger);
      await expectRefusal(
        path,
        `every user can put files in ${dirname(path)}. Run mkdir -m 700 ${dirname(path)}/sessions and keep`,
      );
    },
  );

  it('is refused even for root if any user could have put its directory, or a link to it, there', async (context) => {
    needsRoot(context);
    const open = dirname(temporaryDatabase());
    chmodSync(open, 0o1777);
    const planted = join(open, 'one', 'two');
    mkdirSync(planted, { recursive: true });
    for (const each of [dirname(planted), planted]) chownSync(each, stranger, stranger);
    await expectRefusal(join(planted, 'sessions.db'), `every user can put files in ${open}.`);

    const elsewhere = dirname(makeVolume(stranger));
    symlinkSync(elsewhere, join(open, 'link'));
    await expectRefusal(join(open, 'link', 'sessions.db'), `every user can put files in ${open}.`);
    symlinkSync(planted, join(elsewhere, '..', 'link'));
    await expectRefusal(join(elsewhere, '..', 'link', 'sessions.db'), `every user can put files in ${open}.`);
  });
});
