import { statfsSync } from 'node:fs';
import { StoreError } from '@store/core/driver';

/** File system types, as Linux reports them, where each machine's kernel decides for itself where a file ends. */
const refused = new Map([
  [0x6969, 'NFS'],
  [0xfe534d42, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0x01021997, '9p'],
  [0x5346414f, 'AFS'],
  [0x6b414653, 'kAFS'],
]);
/** FUSE may be local (desktop container tools) or not (sshfs); Ceph appends properly, but is shared between machines. */
const doubtful = new Map([
  [0x65735546, 'FUSE'],
  [0x00c36400, 'Ceph'],
]);

const warnedAbout = new Set<string>();

/**
 * Checks that processes can append to a file in this directory at the same time without losing data. Warns once if that depends on
 * what is mounted. Linux only.
 *
 * @throws {StoreError} `INVALID_OPTION` on a network file system.
 */
export function assertLocalFileSystem(directory: string): void {
  if (process.platform !== 'linux') return;
  // Some systems report a signed number.
  const type = statfsSync(directory).type >>> 0;
  const name = refused.get(type) ?? doubtful.get(type);
  if (name === undefined) return;
  const found = `[@store/file] directory must be on a file system of this host, but ${directory} is on ${name}`;
  const advice =
    'Use a directory on a local disk or a volume of this host, or a database driver for several machines.';
  if (refused.has(type)) throw new StoreError('INVALID_OPTION', `${found}: writes could get lost. ${advice}`);
  if (warnedAbout.has(directory)) return;
  warnedAbout.add(directory);
  process.emitWarning(`${found}: if other machines use it too, writes can get lost. ${advice}`);
}
