import { existsSync, lstatSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { StoreError } from '@store/core/driver';

/**
 * File systems that several machines, or a host and its virtual machines, can use at the same time. The index of SQLite's log (`-shm`)
 * is memory shared between processes, which works only on a single machine.
 */
const sharedFileSystems = new Set([
  ...['nfs', 'nfs4', 'cifs', 'smb3', 'afs', 'ceph', 'lustre', 'beegfs', 'gpfs', 'gfs2', 'ocfs2'],
  ...[
    'fuse.sshfs',
    'fuse.glusterfs',
    'fuse.ceph-fuse',
    'fuse.juicefs',
    'fuse.rclone',
    'fuse.gcsfuse',
    'fuse.s3fs',
  ],
  // Host folders in a virtual machine; Docker Desktop uses the last two.
  ...['9p', 'virtiofs', 'vboxsf', 'fuse.vmhgfs-fuse', 'prl_fs', 'fuse.grpcfuse', 'fakeowner'],
]);

/** Keys of the warnings that have been emitted. */
const reported = new Set<string>();

/** Emits a process warning the first time it is called with `key`. */
export function warnOnce(key: string, text: string): void {
  if (reported.has(key)) return;
  reported.add(key);
  process.emitWarning(text);
}

/**
 * Makes sure that the database file is not mounted without its directory, which holds SQLite's log. Warns once if the file has a
 * second name (a hard link), and once if it is on a file system that several machines can share. Windows is not checked.
 *
 * @param file the path behind all symbolic links
 * @throws {StoreError} `INVALID_OPTION` if the file is mounted without its directory.
 */
export function assertOwnMount(file: string): void {
  if (process.platform === 'win32') return;
  const found = lstatSync(file, { throwIfNoEntry: false });
  // SQLite itself refuses a directory or a device.
  if (!found?.isFile()) return;
  const mountinfo = readMountinfo();
  const path = join(realpathSync(dirname(file)), basename(file));
  const mount = mountOf(mountinfo ?? '', path);
  // Device numbers are only the fallback: an overlay can report different ones for files and directories.
  const isMounted =
    mountinfo === undefined ? found.dev !== statSync(dirname(file)).dev : mount?.point === path;
  if (isMounted) {
    throw new StoreError(
      'INVALID_OPTION',
      `[@store/sqlite] database must not be mounted as a single file, but ${file} is: SQLite's log would stay in the container, ` +
        'and sessions would be lost with it. Mount its directory instead: -v /srv/app/data:/data, ' +
        'not -v /srv/app/sessions.db:/data/sessions.db.',
    );
  }
  // Only a warning: a hard-linked backup (cp -al, rsnapshot) is harmless unless a process opens it.
  if (found.nlink > 1) {
    warnOnce(
      `links ${file}`,
      `[@store/sqlite] ${file} has ${found.nlink} names (hard links), and SQLite keeps a separate log for each name: ` +
        'processes that open it under different names will damage it. Remove the other names, or give every process the same path.',
    );
  }
  if (mount && sharedFileSystems.has(mount.type)) {
    warnOnce(
      `type ${file}`,
      `[@store/sqlite] ${file} is on ${mount.type}, a file system that machines can share, but SQLite's log works only within ` +
        'one machine. Let only one machine open this file; virtual machines and their host count separately.',
    );
  }
}

/** The type of the file system that holds `path`, such as `ext4` or `nfs4`; undefined if unknown, and always outside Linux. */
export function fileSystemOf(path: string): string | undefined {
  try {
    const place = existsSync(path) ? path : dirname(path);
    return mountOf(readMountinfo() ?? '', realpathSync(place))?.type;
  } catch {
    return undefined;
  }
}

interface Mount {
  readonly id: string;
  readonly parent: string;
  /** The directory or file that it covers. */
  readonly point: string;
  readonly type: string;
}

/**
 * The mount that holds `path`, an absolute path without symbolic links. Walks down from the root as the kernel does, since the longest
 * mount point may be hidden: mounting `/data` hides an earlier mount at `/data/sessions.db`, which is still listed.
 *
 * @param mountinfo the text of `/proc/self/mountinfo`
 */
export function mountOf(mountinfo: string, path: string): Mount | undefined {
  let mounts = parse(mountinfo).filter(({ point }) => path === point || path.startsWith(join(point, '/')));
  const ids = new Set(mounts.map(({ id }) => id));
  // In a chroot that is not a mount point itself, the root's mount is not listed, so start with the topmost mounts under it.
  let next = mounts.filter(({ id, parent }) => parent === id || !ids.has(parent));
  let found: Mount | undefined;
  while (next.length > 0) {
    found = next.reduce((first, other) => (other.point.length < first.point.length ? other : first));
    const { id } = found;
    mounts = mounts.filter((mount) => mount !== found);
    // A mount over the root hides nothing, because paths start under it.
    next = mounts.filter(({ parent, point }) => parent === id && point !== '/');
  }
  return found;
}

/** Format of a line: id, parent, device, root, mount point, options, any number of optional fields, `-`, type, source, options. */
function parse(mountinfo: string): Mount[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [mount = '', system] = line.split(' - ');
    const [id, parent, , , point] = mount.split(' ');
    const type = system?.split(' ')[0];
    if (id === undefined || parent === undefined || point === undefined || type === undefined) return [];
    return [{ id, parent, point: decode(point), type: decode(type) }];
  });
}

/** Spaces, tabs, newlines and backslashes are encoded as `\` and three octal digits. */
function decode(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/** The text of `/proc/self/mountinfo`; undefined outside Linux or if `/proc` is not mounted. */
function readMountinfo(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    return readFileSync('/proc/self/mountinfo', 'utf8');
  } catch {
    return undefined;
  }
}
