import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, statSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createSessionId } from '@store/core';
import { sessionKey } from '@store/core/driver';
import { describe, expect, it, type TestContext } from 'vitest';
import { type Child, startUnder } from '../test/child.ts';
import { filesIn, temporaryDirectory } from '../test/session-directory.ts';
import { createLayout } from './directory/layout.ts';

const unprivileged = ['env', 'UNPRIVILEGED=1'];
/** Mounts a 64 KiB file system over the directory, in a mount namespace that ends with the process. */
const onSmallDisk = (directory: string) => [
  ...['unshare', '--map-root-user', '--mount', 'sh', '-c'],
  'mount -t tmpfs -o size=64k tmpfs "$0" && exec "$@"',
  directory,
];

/** Skips a test unless a small file system can be mounted, filled and made read-only, all of which it tries first. */
function needsSmallDisk(context: TestContext): void {
  const directory = temporaryDirectory();
  const steps = [
    '! head -c 128k /dev/zero >"$1/full"',
    'rm "$1/full"',
    'echo >"$1/kept"',
    'mount -o remount,bind,ro "$1"',
    '! touch "$1/refused"',
  ];
  const [program = '', ...args] = [
    ...onSmallDisk(directory),
    'sh',
    '-c',
    steps.join(' && '),
    'sh',
    directory,
  ];
  const { status } = spawnSync(program, args, { stdio: 'ignore' });
  if (status !== 0) context.skip('needs unshare and user namespaces that may mount a small file system');
}

/** A directory that the unprivileged process owns. */
function ownDirectory(): string {
  const directory = temporaryDirectory();
  if (process.getuid?.() === 0) chownSync(directory, 65534, 65534);
  return directory;
}

async function start(command: string[], directory: string): Promise<Child> {
  const child = startUnder(command, 'fault-writer', directory);
  await child.next();
  return child;
}

describe('a store on a disk that refuses writes', () => {
  it('leaves a session unchanged if a write would make its file too large', async () => {
    const directory = temporaryDirectory();
    const child = await start(['sh', '-c', 'ulimit -f 16 && exec "$0" "$@"'], directory);
    const id = createSessionId();
    await child.ask({ act: 'save', id, size: 100 });
    for (const target of [id, createSessionId()]) {
      expect(await child.ask({ act: 'save', id: target, size: 50_000 })).toEqual({
        code: 'UNAVAILABLE',
        cause: 'EFBIG',
      });
    }
    expect(await child.ask({ act: 'load', id })).toEqual({ answer: 100 });
    expect(filesIn(directory)).toHaveLength(1);
    expect(await child.ask({ act: 'save', id, size: 200 })).toEqual({ answer: 'done' });
    expect(await child.ask({ act: 'load', id })).toEqual({ answer: 200 });
  });

  it('leaves a session unchanged if the disk accepts only part of a line, and can still end it', async () => {
    const directory = temporaryDirectory();
    const child = await start(['sh', '-c', 'ulimit -f 5 && exec "$0" "$@"'], directory);
    const id = createSessionId();
    const path = createLayout(directory).record(sessionKey(id));
    const refused = { code: 'UNAVAILABLE', cause: 'EFBIG' };
    expect(await child.ask({ act: 'save', id, size: 2000 })).toEqual({ answer: 'done' });
    expect(await child.ask({ act: 'save', id, size: 1000 })).toEqual(refused);
    expect(statSync(path).size).toBe(2560);
    expect(await child.ask({ act: 'load', id })).toEqual({ answer: 2000 });
    // The truncated line takes up the room that a touch would need.
    expect(await child.ask({ act: 'touch', id })).toEqual(refused);
    expect(await child.ask({ act: 'destroy', id })).toEqual({ answer: 'done' });
    expect(filesIn(directory)).toEqual([]);
  });

  it('leaves every session unchanged if the disk is full, and can still destroy sessions', async (context) => {
    needsSmallDisk(context);
    const directory = temporaryDirectory();
    const child = await start(onSmallDisk(directory), directory);
    const saved: string[] = [];
    const full = { code: 'UNAVAILABLE', cause: 'ENOSPC' };
    for (let answer: unknown; ; ) {
      const id = createSessionId();
      answer = await child.ask({ act: 'save', id, size: 3000 });
      if (JSON.stringify(answer) === JSON.stringify(full)) break;
      expect(answer).toEqual({ answer: 'done' });
      saved.push(id);
    }
    const [first, second] = saved as [string, string];
    expect(saved.length).toBeGreaterThan(5);
    expect(await child.ask({ act: 'save', id: first, size: 3500 })).toEqual(full);
    for (const id of saved) expect(await child.ask({ act: 'load', id })).toEqual({ answer: 3000 });
    expect(await child.ask({ act: 'touch', id: first })).toEqual({ answer: true });
    expect(await child.ask({ act: 'gc' })).toEqual({ answer: 0 });
    expect(await child.ask({ act: 'destroy', id: second })).toEqual({ answer: 'done' });
    expect(await child.ask({ act: 'save', id: first, size: 3500 })).toEqual({ answer: 'done' });
    expect(await child.ask({ act: 'load', id: first })).toEqual({ answer: 3500 });
  });

  it('still serves loads after the disk has become read-only', async (context) => {
    needsSmallDisk(context);
    const directory = temporaryDirectory();
    const child = await start(onSmallDisk(directory), directory);
    const id = createSessionId();
    await child.ask({ act: 'save', id, size: 10 });
    expect(await child.ask({ act: 'remount read-only' })).toEqual({ answer: 'done' });
    const refused = { code: 'UNAVAILABLE', cause: 'EROFS' };
    for (const act of ['save', 'touch', 'destroy'])
      expect(await child.ask({ act, id, size: 20 })).toEqual(refused);
    expect(await child.ask({ act: 'load', id })).toEqual({ answer: 10 });
  });

  it('loses nothing while the permissions are wrong', async () => {
    const directory = ownDirectory();
    const child = await start(unprivileged, directory);
    const id = createSessionId();
    const path = createLayout(directory).record(sessionKey(id));
    const refused = { code: 'UNAVAILABLE', cause: 'EACCES' };
    await child.ask({ act: 'save', id, size: 10 });
    chmodSync(dirname(path), 0o500);
    // Writing to an existing session needs no new name.
    expect(await child.ask({ act: 'save', id, size: 10 })).toEqual({ answer: 'done' });
    expect(await child.ask({ act: 'touch', id })).toEqual({ answer: true });
    expect(await child.ask({ act: 'save', id, size: 5000 })).toEqual(refused);
    expect(await child.ask({ act: 'load', id })).toEqual({ answer: 10 });
    chmodSync(dirname(path), 0o700);
    chmodSync(path, 0);
    for (const act of ['load', 'save', 'touch', 'gc']) expect(await child.ask({ act, id })).toEqual(refused);
    chmodSync(path, 0o600);
    expect(await child.ask({ act: 'load', id })).toEqual({ answer: 10 });
    expect(await child.ask({ act: 'save', id, size: 20 })).toEqual({ answer: 'done' });
  });

  it('ends a session whose file it cannot remove, and removes the file once it can', async () => {
    const directory = ownDirectory();
    const child = await start(unprivileged, directory);
    const id = createSessionId();
    const path = createLayout(directory).record(sessionKey(id));
    await child.ask({ act: 'save', id, size: 10 });
    chmodSync(dirname(path), 0o500);
    expect(await child.ask({ act: 'destroy', id })).toEqual({ answer: 'done' });
    expect(await child.ask({ act: 'load', id })).toEqual({ answer: 'done' });
    chmodSync(dirname(path), 0o700);
    utimesSync(path, 0, 0);
    expect(await child.ask({ act: 'gc' })).toEqual({ answer: 0 });
    expect(filesIn(directory)).toEqual([]);
  });

  it('does not start where it cannot write, and starts once it can', async () => {
    const directory = join(ownDirectory(), 'sessions');
    mkdirSync(directory, { mode: 0o500 });
    if (process.getuid?.() === 0) chownSync(directory, 65534, 65534);
    const child = await start(unprivileged, directory);
    const refused = { code: 'UNAVAILABLE', cause: 'EACCES' };
    expect(await child.ask({ act: 'start' })).toEqual(refused);
    chmodSync(directory, 0o700);
    expect(await child.ask({ act: 'start' })).toEqual({ answer: 'started' });
    const another = await start(unprivileged, directory);
    chmodSync(join(directory, 'subjects'), 0o500);
    expect(await another.ask({ act: 'start' })).toEqual(refused);
  });
});
