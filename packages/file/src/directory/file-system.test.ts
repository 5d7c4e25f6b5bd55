import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { temporaryDirectory } from '../../test/session-directory.ts';
import { startSession } from '../index.ts';

const disk = vi.hoisted(() => ({ type: undefined as number | undefined }));

// A real network file system would need a server.
vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof import('node:fs')>();
  return {
    ...fs,
    statfsSync: (path: string) => ({
      ...fs.statfsSync(path),
      ...(disk.type !== undefined && { type: disk.type }),
    }),
  };
});

function pretendToBe(type: number | undefined): void {
  disk.type = type;
  onTestFinished(() => {
    disk.type = undefined;
  });
}

const start = async (directory: string) => (await startSession({ directory, cache: false })).close();

function spyOnWarnings() {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  onTestFinished(() => warn.mockRestore());
  return warn;
}

describe('a session directory', { skip: process.platform !== 'linux' }, () => {
  it.each([
    [0x6969, 'NFS'],
    [0xfe534d42, 'SMB'],
    [0xff534d42, 'CIFS'],
    [0xff534d42 | 0, 'CIFS'],
    [0x01021997, '9p'],
    [0x5346414f, 'AFS'],
    [0x6b414653, 'kAFS'],
  ])('is refused on the network file system %i, %s, before anything is written', async (type, name) => {
    const directory = temporaryDirectory();
    pretendToBe(type);
    await expect(start(directory)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringMatching(
        new RegExp(` is on ${name}: .* Use a directory on a local disk .* database driver`),
      ),
    });
    expect(existsSync(join(directory, 'records'))).toBe(false);
  });

  it.each([
    [0x65735546, 'FUSE'],
    [0x00c36400, 'Ceph'],
  ])('causes one warning on a file system whose safety depends on the setup: %i, %s', async (type, name) => {
    const directories = [temporaryDirectory(), temporaryDirectory()];
    const warn = spyOnWarnings();
    pretendToBe(type);
    for (const directory of [...directories, ...directories]) await start(directory);
    expect(warn.mock.calls).toEqual(
      directories.map((path) => [expect.stringContaining(`${path} is on ${name}: `)]),
    );
  });

  it.each([
    ['the disk of this test', undefined],
    ['ext4', 0xef53],
    ['xfs', 0x58465342],
    ['btrfs', 0x9123683e],
    ['btrfs as a signed number', 0x9123683e | 0],
    ['zfs', 0x2fc12fc1],
    ['tmpfs', 0x01021994],
    ['overlay', 0x794c7630],
    ['FAT', 0x4d44],
    ['an unknown file system', 0],
  ])('starts without a warning on %s', async (_, type) => {
    const warn = spyOnWarnings();
    pretendToBe(type);
    await start(temporaryDirectory());
    expect(warn).not.toHaveBeenCalled();
  });
});
