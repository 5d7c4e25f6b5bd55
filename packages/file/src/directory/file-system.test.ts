import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { temporaryDirectory } from '../../test/session-directory.ts';
import { startSession } from '../index.ts';
import { fileSystemRule } from './file-system.ts';

const disk = vi.hoisted(() => ({ type: undefined as number | undefined }));

// Network file systems need a server.
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

function pretendToBe(type: number): void {
  disk.type = type;
  onTestFinished(() => {
    disk.type = undefined;
  });
}

const start = async (directory: string) => (await startSession({ directory, cache: false })).close();

describe('the type of a file system', () => {
  it.each([
    [0x6969, 'NFS', true],
    [0xfe534d42, 'SMB', true],
    [0xff534d42, 'CIFS', true],
    [0xff534d42 | 0, 'CIFS', true],
    [0x01021997, '9p', true],
    [0x5346414f, 'AFS', true],
    [0x6b414653, 'kAFS', true],
    [0x00c36400, 'Ceph', false],
    [0x65735546, 'FUSE', false],
  ])('%i is %s', (type, name, isRefused) => {
    expect(fileSystemRule(type)).toEqual({ name, isRefused });
  });

  it.each([
    ['ext4', 0xef53],
    ['xfs', 0x58465342],
    ['btrfs', 0x9123683e],
    ['btrfs as a signed number', 0x9123683e | 0],
    ['zfs', 0x2fc12fc1],
    ['tmpfs', 0x01021994],
    ['overlay', 0x794c7630],
    ['FAT', 0x4d44],
    ['unknown', 0],
  ])('of %s is fine', (_, type) => {
    expect(fileSystemRule(type)).toBeUndefined();
  });
});

describe('a session directory', { skip: process.platform !== 'linux' }, () => {
  it('starts without a warning on a local disk', async () => {
    const directory = temporaryDirectory();
    const warn = vi.spyOn(process, 'emitWarning');
    onTestFinished(() => warn.mockRestore());
    await start(directory);
    expect(warn).not.toHaveBeenCalled();
  });

  it('is refused on a network file system, before anything is put in it', async () => {
    const directory = temporaryDirectory();
    pretendToBe(0x6969);
    await expect(start(directory)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringMatching(/ is on NFS: .* Use a directory on a local disk .* database driver/),
    });
    expect(existsSync(join(directory, 'records'))).toBe(false);
  });

  it('gets one warning where it depends', async () => {
    const directories = [temporaryDirectory(), temporaryDirectory()];
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    onTestFinished(() => warn.mockRestore());
    pretendToBe(0x65735546);
    for (const directory of [...directories, ...directories]) await start(directory);
    expect(warn.mock.calls).toEqual(
      directories.map((path) => [expect.stringContaining(`${path} is on FUSE: `)]),
    );
  });
});
