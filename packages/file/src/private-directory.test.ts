import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { startUnder } from '../test/child.ts';
import { temporaryDirectory } from '../test/session-directory.ts';
import { startSession } from './index.ts';

const isRoot = process.geteuid?.() === 0;
const otherUser = 12_345;

const refused = (text: RegExp) =>
  expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringMatching(text) });

async function expectStart(directory: string): Promise<void> {
  await (await startSession({ directory, cache: false })).close();
}

describe('a session directory that others could write', { skip: process.platform === 'win32' }, () => {
  it.each([0o777, 0o702])('is refused in mode %o, with a command that fixes it', async (mode) => {
    const directory = join(temporaryDirectory(), 'sessions');
    mkdirSync(directory);
    chmodSync(directory, mode);
    const starting = startSession({ directory, cache: false });
    await expect(starting).rejects.toEqual(refused(/Run chmod o-w \S+sessions\.$/));
    expect(spawnSync('chmod', ['o-w', directory]).status).toBe(0);
    await expectStart(directory);
  });

  it('is accepted when only a group may write it, as in a volume of a container', async () => {
    const directory = temporaryDirectory();
    chmodSync(directory, 0o2770);
    await expectStart(directory);
  });

  it('is accepted when it is ours and sticky, as a mounted tmpfs is', async () => {
    const directory = temporaryDirectory();
    chmodSync(directory, 0o1777);
    await expectStart(directory);
  });

  it('is refused behind a symbolic link', async () => {
    const parent = temporaryDirectory();
    const directory = join(parent, 'open');
    mkdirSync(directory);
    chmodSync(directory, 0o777);
    symlinkSync(directory, join(parent, 'link'));
    const starting = startSession({ directory: join(parent, 'link'), cache: false });
    await expect(starting).rejects.toEqual(refused(/chmod o-w/));
  });

  it('is refused when another user has made a folder of it first', async (context) => {
    if (!isRoot) context.skip('only root can give a directory away');
    const directory = temporaryDirectory();
    chmodSync(directory, 0o1777);
    chownSync(directory, 65534, 65534);
    mkdirSync(join(directory, 'records'), { mode: 0o755 });
    chownSync(join(directory, 'records'), otherUser, otherUser);
    const child = startUnder(['env', 'UNPRIVILEGED=1'], 'fault-writer', directory);
    await child.next();
    expect(await child.ask({ act: 'start' })).toEqual({ code: 'INVALID_OPTION' });
  });

  it('is refused when it belongs to another user, unless root asks, who is warned', async (context) => {
    if (!isRoot) context.skip('only root can give a directory away');
    const directory = temporaryDirectory();
    chownSync(directory, otherUser, otherUser);
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    onTestFinished(() => warn.mockRestore());
    for (let starts = 0; starts < 2; starts += 1) await expectStart(directory);
    expect(warn.mock.calls).toEqual([
      [expect.stringMatching(/belongs to another user \(12345; this process runs as 0\)/)],
    ]);

    chmodSync(directory, 0o755);
    const child = startUnder(['env', 'UNPRIVILEGED=1'], 'fault-writer', directory);
    await child.next();
    expect(await child.ask({ act: 'start' })).toEqual({ code: 'INVALID_OPTION' });
  });
});

describe('a session directory that is made', { skip: process.platform === 'win32' }, () => {
  it('is for its owner only, whatever the umask', async () => {
    const before = process.umask(0);
    onTestFinished(() => void process.umask(before));
    const directory = join(temporaryDirectory(), 'deep', 'sessions');
    await expectStart(directory);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
  });
});
