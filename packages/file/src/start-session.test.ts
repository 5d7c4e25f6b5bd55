import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Worker } from 'node:worker_threads';
import { createSessionId } from '@store/core';
import { describe, expect, it, vi } from 'vitest';
import { temporaryDirectory } from '../test/session-directory.ts';
import { startSession } from './start-session.ts';

describe('startSession', () => {
  it('creates the directory and its parents', async () => {
    const directory = join(temporaryDirectory(), 'made', 'on', 'the', 'way');
    const store = await startSession({ directory, cache: false });
    const id = createSessionId();
    await store.save(id, { user: 1 }, {});
    expect(await store.load(id)).toMatchObject({ exists: true, data: { user: 1 } });
    await store.close();
  });

  it('keeps using its directory after the process changes its working directory', async () => {
    const directory = temporaryDirectory();
    const store = await startSession({ directory: relative(process.cwd(), directory), cache: false });
    const cwd = vi.spyOn(process, 'cwd').mockReturnValue('/');
    const id = createSessionId();
    await store.save(id, {}, {});
    cwd.mockRestore();
    expect(readdirSync(join(directory, 'records'))).toHaveLength(1);
  });

  it('reports the cause if the directory is a file', async () => {
    const path = join(temporaryDirectory(), 'file');
    writeFileSync(path, '');
    await expect(startSession({ directory: path })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      cause: { code: 'EEXIST' },
    });
  });

  it('reports a damaged file, and survives a listener that throws', async () => {
    const directory = temporaryDirectory();
    const onEvent = vi.fn(() => {
      throw new Error('listener');
    });
    const store = await startSession({ directory, cache: false, onEvent });
    const id = createSessionId();
    await store.save(id, {}, {});
    const [file = ''] = readdirSync(join(directory, 'records'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    writeFileSync(file, 'damaged');
    expect(await store.load(id)).toMatchObject({ exists: false, data: {} });
    expect(onEvent).toHaveBeenCalledWith(
      expect.objectContaining({ type: 'unreadable-session', store: '@store/file' }),
    );
  });

  it('refuses a directory from before the first release', async () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, 'owners'));
    await expect(startSession({ directory, cache: false })).rejects.toMatchObject({
      code: 'INCOMPATIBLE',
      message: expect.stringContaining('before its first release'),
    });
  });

  it('keeps every update made by a worker thread that shares the directory', async () => {
    const directory = temporaryDirectory();
    const store = await startSession({ directory, cache: false });
    const id = createSessionId();
    await store.save(id, {}, {});
    const script = new URL('../test/key-worker.ts', import.meta.url);
    const worker = new Worker(script, { workerData: { directory, id, count: 50 } });
    const ended = new Promise((resolve, reject) => worker.on('exit', resolve).on('error', reject));
    for (let n = 0; n < 50; n++) {
      await store.update(id, ({ data, flash }) => ({ data: { ...data, [`m${n}`]: n }, flash }));
      await new Promise(setImmediate);
    }
    expect(await ended).toBe(0);
    expect(Object.keys((await store.load(id)).data)).toHaveLength(100);
  });
});
