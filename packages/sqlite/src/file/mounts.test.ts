import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { canMount, reportOf } from '../../test/report.ts';
import { temporaryDatabase } from '../../test/temporary-database.ts';
import { fileSystemOf, mountOf } from './mounts.ts';

/** `host` is a folder on the host, and `data` is the database's folder in the container. */
function makeFolders(context: TestContext, name = 'data') {
  if (!canMount) context.skip('mounts need root or user namespaces');
  const base = dirname(temporaryDatabase());
  const [HOST, DATA] = [join(base, 'host'), join(base, name)];
  for (const folder of [HOST, DATA]) mkdirSync(folder);
  for (const folder of [HOST, DATA]) writeFileSync(join(folder, 'sessions.db'), '', { mode: 0o600 });
  return { HOST, DATA };
}

/** Starts a store on the database in the data folder, after running commands that mount something there. */
function startAfter(shell: string, folders: { HOST: string; DATA: string }, ...args: string[]) {
  const [database = join(folders.DATA, 'sessions.db'), ...rest] = args;
  return reportOf([database, ...rest], shell, folders);
}

const refusedFor = (path: string) => ({
  outcome: expect.stringMatching(
    new RegExp(`^INVALID_OPTION .* single file, but ${path} is: .* Mount its directory instead: -v `),
  ),
});
const accepted = { outcome: 'saved', warnings: [] };
const mountFile = 'mount --bind "$HOST/sessions.db" "$DATA/sessions.db"';

describe('a database that is mounted as a single file', () => {
  it('is refused, whatever checkOwner is', async (context) => {
    const folders = makeFolders(context);
    const path = join(folders.DATA, 'sessions.db');
    for (const checkOwner of ['true', 'false']) {
      expect(await startAfter(mountFile, folders, path, checkOwner)).toMatchObject(refusedFor(path));
    }
  });

  it('is refused when it comes from another file system', async (context) => {
    const folders = makeFolders(context);
    const fromTmpfs = `mount -t tmpfs none "$HOST"; (umask 077; : >"$HOST/sessions.db"); ${mountFile}`;
    expect(await startAfter(fromTmpfs, folders)).toMatchObject(refusedFor(`${folders.DATA}/sessions.db`));
  });

  it('is refused when it comes from another file system, even if /proc is not mounted', async (context) => {
    const folders = makeFolders(context);
    const withoutProc = `mount -t tmpfs none "$HOST"; (umask 077; : >"$HOST/sessions.db"); ${mountFile}; mount -t tmpfs none /proc`;
    expect(await startAfter(withoutProc, folders)).toMatchObject(refusedFor(`${folders.DATA}/sessions.db`));
  });

  it('is refused in a folder with a space, a backslash and an umlaut in its name', async (context) => {
    const folders = makeFolders(context, 'my \\dätä');
    expect(await startAfter(mountFile, folders)).toMatchObject({
      outcome: expect.stringContaining(`single file, but ${folders.DATA}/sessions.db is`),
    });
  });

  it('is refused even behind symbolic links to the file and to its folder', async (context) => {
    const folders = makeFolders(context);
    const link = join(folders.HOST, 'link.db');
    symlinkSync('../folder/sessions.db', link);
    symlinkSync('data', join(folders.DATA, '..', 'folder'));
    expect(await startAfter(mountFile, folders, link)).toMatchObject({
      outcome: expect.stringContaining('single file, but'),
    });
  });
});

describe('a database in a mounted directory', () => {
  it('is accepted, whether it comes from the same file system or another', async (context) => {
    const folders = makeFolders(context);
    expect(await startAfter('mount --bind "$HOST" "$DATA"', folders)).toMatchObject(accepted);
    expect(await startAfter('mount -t tmpfs -o mode=700 none "$DATA"', folders)).toMatchObject({
      ...accepted,
      fileSystem: 'tmpfs',
    });
  });

  it('is accepted where the mount hides an earlier mount of the single file', async (context) => {
    const folders = makeFolders(context);
    expect(await startAfter(`${mountFile}; mount --bind "$HOST" "$DATA"`, folders)).toMatchObject(accepted);
  });

  it('is accepted on an overlay that reports different devices for files and directories', async (context) => {
    const folders = makeFolders(context);
    const overlay = `mount -t tmpfs none "$HOST"; mkdir "$HOST/upper" "$HOST/work"
      mount -t overlay -o "lowerdir=$DATA,upperdir=$HOST/upper,workdir=$HOST/work,xino=off" none "$DATA"
      : >"$DATA/new"; [ "$(stat -c %d "$DATA")" != "$(stat -c %d "$DATA/new")" ]`;
    expect(await startAfter(overlay, folders)).toMatchObject({ ...accepted, fileSystem: 'overlay' });
  });
});

describe('a database file with a second name', { skip: process.platform === 'win32' }, () => {
  it('is accepted with one warning that says what to do', async () => {
    const path = temporaryDatabase();
    writeFileSync(path, '', { mode: 0o600 });
    linkSync(path, `${path}.backup`);
    const { outcome, warnings } = await reportOf([path]);
    expect(outcome).toBe('saved');
    expect(warnings).toEqual([
      expect.stringMatching(
        /^\[@store\/sqlite\] \S+\/sessions\.db has 2 names .* Remove the other names, or/,
      ),
    ]);
  });
});

describe('a database on a file system that several machines can share', () => {
  it('is accepted with one warning that names the file system', async (context) => {
    const folders = makeFolders(context);
    const onNfs = `mount -t tmpfs none /proc; mkdir /proc/self
      printf '1 0 0:1 / / rw - ext4 /dev/sda rw\\n2 1 0:2 / %s rw - nfs4 server:/data rw\\n' "$DATA" >/proc/self/mountinfo`;
    const { outcome, warnings, fileSystem } = await startAfter(onNfs, folders);
    expect({ outcome, fileSystem }).toEqual({ outcome: 'saved', fileSystem: 'nfs4' });
    expect(warnings).toEqual([
      expect.stringMatching(/^\[@store\/sqlite\] \S+\/sessions\.db is on nfs4, .* Let only one machine/),
    ]);
  });
});

describe('fileSystemOf', () => {
  it('returns undefined for a path that does not exist', () => {
    expect(fileSystemOf('/nowhere/at/all/sessions.db')).toBeUndefined();
  });

  it("returns the directory's file system for a file that does not exist yet", {
    skip: process.platform !== 'linux',
  }, () => {
    const path = temporaryDatabase();
    expect(fileSystemOf(path)).toBe(fileSystemOf(dirname(path)));
    expect(fileSystemOf(path)).toMatch(/^\w/);
    expect(fileSystemOf('/proc/self/mountinfo')).toBe('proc');
  });
});

describe('mountOf', () => {
  const container = String.raw`615 493 0:77 / / rw,relatime master:177 - overlay overlay rw,lowerdir=/l/A:/l/B,upperdir=/u,workdir=/w
617 615 0:80 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw
618 615 0:81 / /dev rw,nosuid - tmpfs tmpfs rw,size=65536k,mode=755
625 615 254:1 /docker/hosts /etc/hosts rw,relatime shared:1 master:2 propagate_from:3 unbindable - ext4 /dev/vda1 rw
626 615 254:1 /srv/app/sessions.db /data/sessions.db rw,relatime - ext4 /dev/vda1 rw
627 615 0:95 / /mnt/my\040volume\134one rw,relatime - fuse.sshfs me@host:/a\040-\040b rw
628 627 0:96 / /mnt/my\040volume\134one/deep rw,relatime - xfs /dev/vdb rw
`;
  const find = (text: string, path: string) => {
    const mount = mountOf(text, path);
    return mount && [mount.point, mount.type];
  };

  it.each([
    ['/data/sessions.db', '/data/sessions.db', 'ext4'],
    ['/data', '/', 'overlay'],
    ['/data/sessions.db-wal', '/', 'overlay'],
    ['/etc/hosts', '/etc/hosts', 'ext4'],
    ['/devices/sessions.db', '/', 'overlay'],
    ['/dev/shm/sessions.db', '/dev', 'tmpfs'],
    ['/', '/', 'overlay'],
    ['/mnt/my volume\\one/sessions.db', '/mnt/my volume\\one', 'fuse.sshfs'],
    ['/mnt/my volume\\one/deep/sessions.db', '/mnt/my volume\\one/deep', 'xfs'],
  ])('finds the mount of %s', (path, point, type) => {
    expect(find(container, path)).toEqual([point, type]);
  });

  it('finds the most recent of several mounts on the same mount point', () => {
    const stack = `${container}629 615 0:97 / /data rw - xfs /dev/vdc rw\n630 629 0:98 / /data rw - nfs4 server:/ rw\n`;
    expect(find(stack, '/data/sessions.db')).toEqual(['/data', 'nfs4']);
  });

  it('skips a mount that a later one hides, and one over the root', () => {
    const hidden = `${container}629 615 0:97 / /data rw - xfs /dev/vdc rw\n630 615 0:98 / / rw - tmpfs none rw\n`;
    expect(find(hidden, '/data/sessions.db')).toEqual(['/data', 'xfs']);
    expect(find(hidden, '/srv')).toEqual(['/', 'overlay']);
  });

  it('finds a mount in a chroot whose root is not listed', () => {
    const jail =
      '70 46 0:5 / /data rw - tmpfs none rw\n71 70 0:6 /a /data/sessions.db rw - ext4 /dev/sda rw\n';
    expect(find(jail, '/data/sessions.db')).toEqual(['/data/sessions.db', 'ext4']);
    expect(find(jail, '/srv')).toBeUndefined();
  });

  it.each(['', '\n', 'no mountinfo at all', '1 0 0:1 / / rw ext4 /dev/sda rw'])(
    'finds nothing in %j',
    (text) => {
      expect(find(text, '/data/sessions.db')).toBeUndefined();
    },
  );
});
