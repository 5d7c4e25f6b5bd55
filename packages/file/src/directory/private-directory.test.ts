import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSessionId } from '@store/core';
import { describe, expect, it, onTestFinished, type TestContext, vi } from 'vitest';
import { startUnder } from '../../test/child.ts';
import { temporaryDirectory } from '../../test/session-directory.ts';
import { startSession } from '../index.ts';

const skip = process.platform === 'win32';
const otherUser = 12_345;
const orTurnOff = ', or pass checkOwner: false if that is impossible.';

function needsRoot(context: TestContext): void {
  if (process.geteuid?.() !== 0) context.skip('only root can give a directory away');
}

/** A directory that only this process's user can write to, unlike /tmp. */
function sessionsDirectory(mode = 0o700): string {
  const directory = join(temporaryDirectory(), 'sessions');
  makeDirectory(directory, mode);
  return directory;
}

function makeDirectory(path: string, mode: number, owner?: number): string {
  mkdirSync(path, { recursive: true });
  if (owner !== undefined) chownSync(path, owner, owner);
  chmodSync(path, mode);
  return path;
}

async function expectStart(directory: string, checkOwner?: boolean): Promise<void> {
  await (
    await startSession({ directory, cache: false, ...(checkOwner !== undefined && { checkOwner }) })
  ).close();
}

async function expectRefusal(directory: string, text: string, checkOwner = true): Promise<void> {
  await expect(startSession({ directory, cache: false, checkOwner })).rejects.toMatchObject({
    code: 'INVALID_OPTION',
    message: expect.stringContaining(text),
  });
}

/** The result of starting the store in an ordinary user's process. */
async function startUnprivileged(directory: string): Promise<unknown> {
  const child = startUnder(['env', 'UNPRIVILEGED=1'], 'fault-writer', directory);
  await child.next();
  return child.ask({ act: 'start' });
}

function spyOnWarnings() {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  onTestFinished(() => warn.mockRestore());
  return warn;
}

describe('a session directory that others could write to', { skip }, () => {
  it.each([0o777, 0o702])('is refused in mode %o, with a command that fixes it', async (mode) => {
    const directory = sessionsDirectory(mode);
    await expectRefusal(directory, `Run chmod -R o-w ${directory}${orTurnOff}`);
    expect(readdirSync(directory)).toEqual([]);
    expect(spawnSync('chmod', ['-R', 'o-w', directory]).status).toBe(0);
    await expectStart(directory);
  });

  it('is accepted when only a group may write to it, as in a container volume', async () => {
    await expectStart(sessionsDirectory(0o2770));
  });

  it('is accepted when it is ours and sticky, as a mounted tmpfs is', async () => {
    await expectStart(sessionsDirectory(0o1777));
  });

  it('is refused when it is /tmp itself, without advice that would break /tmp', async (context) => {
    if (process.geteuid?.() === 0) context.skip('/tmp belongs to root');
    if ((statSync(tmpdir()).mode & 0o1002) !== 0o1002) context.skip('not every user can write here');
    await expectRefusal(tmpdir(), `Run mkdir -m 700 ${join(tmpdir(), 'sessions')} and use that`);
  });

  it('is refused when it is reached through symbolic links', async () => {
    const parent = temporaryDirectory();
    const directory = makeDirectory(join(parent, 'open'), 0o777);
    symlinkSync('open', join(parent, 'inner'));
    symlinkSync(join(parent, 'inner'), join(parent, 'link'));
    await expectRefusal(join(parent, 'link'), `chmod -R o-w ${directory}`);
    chmodSync(directory, 0o700);
    await expectStart(join(parent, 'link'));
  });

  it.each(['records', 'records/ab', 'subjects/00'])(
    'is refused when every user can write to %s, even if that is sticky',
    async (folder) => {
      for (const mode of [0o777, 0o1777]) {
        const directory = sessionsDirectory();
        makeDirectory(join(directory, folder), mode);
        await expectRefusal(directory, `${join(directory, folder)} can be written by every user`);
        const [tree = ''] = folder.split('/');
        await expectRefusal(directory, `Run chmod -R o-w ${join(directory, tree)}${orTurnOff}`);
        await expectStart(directory, false);
      }
    },
  );

  it('is accepted with checkOwner: false', async () => {
    const directory = sessionsDirectory(0o777);
    await expectStart(directory, false);
    await expectRefusal(directory, 'can be written by every user');
  });
});

describe('a session directory that belongs to another user', { skip }, () => {
  it('is refused, but only causes one warning when the process runs as root', async (context) => {
    needsRoot(context);
    const directory = sessionsDirectory();
    makeDirectory(directory, 0o700, otherUser);
    const warn = spyOnWarnings();
    for (let starts = 0; starts < 2; starts += 1) await expectStart(directory);
    expect(warn.mock.calls).toEqual([
      [
        expect.stringContaining(
          `belongs to another user (12345; this process runs as 0). Run chown -R 0 ${directory} as root, start as that user${orTurnOff}`,
        ),
      ],
    ]);

    const other = makeDirectory(temporaryDirectory(), 0o755);
    makeDirectory(join(other, 'sessions'), 0o755, otherUser);
    expect(await startUnprivileged(join(other, 'sessions'))).toEqual({ code: 'INVALID_OPTION' });
  });

  it('is refused even when the process runs as root if any user may have planted it', async (context) => {
    needsRoot(context);
    const open = makeDirectory(temporaryDirectory(), 0o1777);
    const planted = makeDirectory(join(open, 'sessions'), 0o755, otherUser);
    await expectRefusal(planted, `and every user can put files in ${open}. Run rm -r ${planted} as root`);
    const deep = makeDirectory(join(planted, 'deep'), 0o755, otherUser);
    await expectRefusal(deep, `and every user can put files in ${open}`);
    const link = join(temporaryDirectory(), 'link');
    symlinkSync(deep, link);
    await expectRefusal(link, `and every user can put files in ${open}`);
    expect(readdirSync(planted)).toEqual(['deep']);
    await expectStart(planted, false);
  });

  it('is refused when it is reached through a link that any user may have planted', async (context) => {
    needsRoot(context);
    const directory = sessionsDirectory();
    const open = makeDirectory(temporaryDirectory(), 0o1777);
    const link = join(open, 'sessions');
    symlinkSync(directory, link);
    lchownSync(link, otherUser, otherUser);
    await expectRefusal(link, `${link} belongs to another user`);
    symlinkSync(link, join(directory, 'own'));
    await expectRefusal(join(directory, 'own'), `${link} belongs to another user`);
    expect(existsSync(join(directory, 'records'))).toBe(false);
    await expectStart(link, false);
  });

  it('is refused with an error that names the link if only the link belongs to another user', async (context) => {
    needsRoot(context);
    const parent = temporaryDirectory();
    symlinkSync(sessionsDirectory(), join(parent, 'link'));
    lchownSync(join(parent, 'link'), 12_346, 12_346);
    const warn = spyOnWarnings();
    await expectStart(join(parent, 'link'));
    expect(warn.mock.calls).toEqual([
      [expect.stringContaining(`Run chown -h 0 ${join(parent, 'link')} as root`)],
    ]);
  });

  it.for(['records', 'subjects', 'records/ab', 'subjects/00'])(
    'is refused even if only %s does',
    async (folder, context) => {
      needsRoot(context);
      const directory = makeDirectory(temporaryDirectory(), 0o1777, 65534);
      const [tree = ''] = folder.split('/');
      makeDirectory(join(directory, tree), 0o755, 65534);
      makeDirectory(join(directory, folder), 0o755, otherUser);
      expect(await startUnprivileged(directory)).toEqual({ code: 'INVALID_OPTION' });
      expect(readdirSync(directory)).toEqual([tree]);
    },
  );

  it('is refused even when the process runs as root if a folder in it was planted', async (context) => {
    needsRoot(context);
    const directory = sessionsDirectory(0o1777);
    const planted = makeDirectory(join(directory, 'records'), 0o755, otherUser);
    await expectRefusal(directory, `Run rm -r ${planted} as root`);
  });
});

describe('a session directory', { skip }, () => {
  it('is refused if a file or a link takes the place of a folder, even with checkOwner: false', async () => {
    for (const folder of ['records', 'subjects/ab']) {
      const directory = sessionsDirectory();
      if (folder.includes('/')) mkdirSync(join(directory, 'subjects'));
      const path = join(directory, folder);
      writeFileSync(path, '');
      await expectRefusal(directory, `${path} is not a folder. Run rm ${path}.`);
      spawnSync('rm', [path]);
      symlinkSync(tmpdir(), path);
      await expectRefusal(directory, `${path} is not a folder. Run rm ${path}.`, false);
      spawnSync('rm', [path]);
      await expectStart(directory);
    }
  });

  it('is created for its owner only, whatever the umask, and is accepted at the next start', async () => {
    const before = process.umask(0);
    onTestFinished(() => void process.umask(before));
    const directory = join(temporaryDirectory(), 'deep', 'sessions');
    const store = await startSession({ directory, cache: false });
    await store.save(createSessionId(), { n: 1 }, {});
    await store.close();
    for (const path of ['', 'records', 'subjects']) {
      expect(statSync(join(directory, path)).mode & 0o777).toBe(0o700);
    }
    await expectStart(directory);
  });
});
