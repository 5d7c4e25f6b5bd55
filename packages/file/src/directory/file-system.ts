import { randomUUID } from 'node:crypto';
import { closeSync, fchmodSync, fstatSync, openSync, statfsSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { StoreError } from '@store/core/driver';

/** The types, as Linux reports them, on which each machine's kernel works out by itself where a file ends. */
const refused = {
  NFS: 0x6969,
  SMB: 0xfe534d42,
  CIFS: 0xff534d42,
  '9p': 0x01021997,
  AFS: 0x5346414f,
  kAFS: 0x6b414653,
};
/** FUSE may be local (container desktops) or not (sshfs); Ceph appends properly, but is shared between machines. */
const doubtful = { FUSE: 0x65735546, Ceph: 0x00c36400 };

/** What is known about a type of file system; undefined if there is no objection. */
export function fileSystemRule(type: number): { name: string; isRefused: boolean } | undefined {
  // Some systems report a signed number.
  const name = Object.entries({ ...refused, ...doubtful }).find(([, known]) => known === type >>> 0)?.[0];
  return name === undefined ? undefined : { name, isRefused: name in refused };
}

const warnedAbout = new Set<string>();

/**
 * Makes sure that processes can append to a file of this directory at the same time and lose nothing. Warns once where that depends
 * on what is mounted. Linux only.
 *
 * @throws {StoreError} `INVALID_OPTION` on a network file system.
 */
export function assertLocalFileSystem(directory: string): void {
  const rule = process.platform === 'linux' ? fileSystemRule(statfsSync(directory).type) : undefined;
  if (!rule) return;
  const found = `[@store/file] directory must be on a file system of this host, but ${directory} is on ${rule.name}`;
  const advice =
    'Use a directory on a local disk or a volume of this host, or a database driver for several machines.';
  if (rule.isRefused) throw new StoreError('INVALID_OPTION', `${found}: writes could get lost. ${advice}`);
  if (warnedAbout.has(directory)) return;
  warnedAbout.add(directory);
  process.emitWarning(`${found}: if other machines use it too, writes can get lost. ${advice}`);
}

const withoutModes = new Set<number>();

/**
 * Whether `chmod` has an effect on a device. On FAT and in the shared folders of some container desktops, everything is shown as
 * writable by every user.
 */
export function keepsModes(directory: string, device: number): boolean {
  if (withoutModes.has(device)) return false;
  const path = join(directory, `${randomUUID()}.tmp`);
  try {
    const file = openSync(path, 'wx', 0o600);
    try {
      fchmodSync(file, 0o600);
    } catch {}
    // By its descriptor: in such a directory, another user may put a different file at the path.
    if (fstatSync(file).mode & 0o002) withoutModes.add(device);
    closeSync(file);
    unlinkSync(path);
  } catch {}
  return !withoutModes.has(device);
}
