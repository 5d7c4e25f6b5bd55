import { existsSync, lstatSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { StoreError } from '@store/core/driver';

/**
 * File systems that several machines, or a host and its virtual machines, use at the same time. The index of SQLite's log (`-shm`) is
 * memory shared between processes, and no two machines share memory.
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
  // Folders of the host in a virtual machine; the last two are Docker Desktop's.
  ...['9p', 'virtiofs', 'vboxsf', 'fuse.vmhgfs-fuse', 'prl_fs', 'fuse.grpcfuse', 'fakeowner'],
]);

/** What has been reported, so that it is reported once. */
const reported = new Set<string>();

/** Emits a process warning the first time that it is called with `key`. */
export function warnOnce(key: string, text: string): void {
  if (reported.has(key)) return;
  reported.add(key);
  process.emitWarning(text);
}

/**
 * Makes sure that SQLite's log, which is next to the database, goes wherever the database goes. Warns once if the file has a second
 * name, or if it is on a file system that several machines share. Windows is not checked.
 *
 * @param file the path behind all symbolic links
 * @throws {StoreError} `INVALID_OPTION` if the file is mounted without its directory.
 */
export function assertOwnMount(file: string): void {
  if (process.platform === 'win32') return;
  const found = lstatSync(file, { throwIfNoEntry: false });
  // A directory or a device is left for SQLite to refuse.
  if (!found?.isFile()) return;
  const mountinfo = readMountinfo();
  const path = join(realpathSync(dirname(file)), basename(file));
  const mount = mountOf(mountinfo ?? '', path);
  // Device numbers are the fallback: an overlay of several file systems has another one for its files than for its directories.
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
  // Only a warning: a backup made of hard links (cp -al, rsnapshot) is harmless as long as nobody opens it.
  if (found.nlink > 1) {
    warnOnce(
      `links ${file}`,
      `[@store/sqlite] ${file} has ${found.nlink} names (hard links), and SQLite keeps a separate log for each name: ` +
        'processes that open it under different names damage it. Remove the other names, or give every process the same path.',
    );
  }
  if (mount && sharedFileSystems.has(mount.type)) {
    warnOnce(
      `type ${file}`,
      `[@store/sqlite] ${file} is on ${mount.type}, a file system that machines can share, but SQLite's log works within ` +
        'one machine only. Let only one machine, virtual machines counted separately, open this file.',
    );
  }
}

/** The type of the file system that holds `path`, such as `ext4` or `nfs4`; undefined if unknown, and always except on Linux. */
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
 * mount point may be hidden: mounting `/data` covers what was mounted at `/data/sessions.db` before, which stays listed.
 *
 * @param mountinfo the text of `/proc/self/mountinfo`
 */
export function mountOf(mountinfo: string, path: string): Mount | undefined {
  let mounts = parse(mountinfo).filter(({ point }) => path === point || path.startsWith(join(point, '/')));
  const ids = new Set(mounts.map(({ id }) => id));
  // In a jail that is not a mount point itself, the root's own mount is not listed, and these are the first below it.
  let next = mounts.filter(({ id, parent }) => parent === id || !ids.has(parent));
  let found: Mount | undefined;
  while (next.length > 0) {
    found = next.reduce((first, other) => (other.point.length < first.point.length ? other : first));
    const { id } = found;
    mounts = mounts.filter((mount) => mount !== found);
    // What is mounted over the root hides nothing: paths start below it.
    next = mounts.filter(({ parent, point }) => parent === id && point !== '/');
  }
  return found;
}

/** A line is: id, parent, device, root, mount point, options, any number of optional fields, `-`, type, source, options. */
function parse(mountinfo: string): Mount[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [mount = '', system] = line.split(' - ');
    const [id, parent, , , point] = mount.split(' ');
    const type = system?.split(' ')[0];
    if (id === undefined || parent === undefined || point === undefined || type === undefined) return [];
    return [{ id, parent, point: decode(point), type: decode(type) }];
  });
}

/** Spaces, tabs, newlines and backslashes are written as `\` and three octal digits. */
function decode(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/** Undefined except on Linux, and where `/proc` is not mounted. */
function readMountinfo(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    return readFileSync('/proc/self/mountinfo', 'utf8');
  } catch {
    return undefined;
  }
}
