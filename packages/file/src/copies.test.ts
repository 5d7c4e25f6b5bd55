import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createSessionId } from '@store/core';
import { expect, it } from 'vitest';
import { startChild, startUnder } from '../test/child.ts';
import { temporaryDirectory } from '../test/session-directory.ts';
import { startSession } from './start-session.ts';

const copies = 20;
/** A separate process-id namespace, as in a container. */
const container = ['unshare', '--map-root-user', '--pid', '--fork', '--kill-child', '--mount-proc'];

/** A store with sessions like those that the overwriter writes. */
async function startWith(sessions: number) {
  const directory = temporaryDirectory();
  const store = await startSession({ directory, cache: false });
  const ids = Array.from({ length: sessions }, createSessionId);
  for (const id of ids) await store.save(id, { n: 0, longest: 1, text: '', end: 0 }, {});
  return { directory, store, ids };
}

it('keeps every session complete and writable in a copy made while processes are writing', async (context) => {
  if (process.platform === 'win32') context.skip('needs cp');
  const { directory, ids } = await startWith(10);
  const writers = ['1500', '5000'].map((longest) => startChild('overwriter', directory, longest, ...ids));
  await Promise.all(writers.map((writer) => writer.next()));
  for (let copy = 0; copy < copies; copy++) {
    const target = join(temporaryDirectory(), 'copy');
    const { stderr } = spawnSync('cp', ['-a', directory, target], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
    });
    const copied = await startSession({ directory: target, cache: false });
    for (const id of ids) {
      const { exists, data } = await copied.load(id);
      // Files that cp itself reports as omitted.
      if (!exists && /replaced while being copied/.test(stderr)) continue;
      const length = (Number(data.n) * 997) % Number(data.longest);
      expect({ exists, n: data.n, length: String(data.text).length }).toEqual({
        exists: true,
        n: data.end,
        length,
      });
      expect(await copied.update(id, (content) => ({ ...content, data: { copy } }))).toBe(true);
      expect((await copied.load(id)).data).toEqual({ copy });
      expect(await copied.touch(id)).toBe(true);
    }
  }
});

it('keeps every update from processes in separate containers and on the host', async (context) => {
  const probe = spawnSync(container[0] as string, [...container.slice(1), 'true'], { stdio: 'ignore' });
  if (probe.status !== 0) context.skip('needs unshare and user namespaces');
  const directory = temporaryDirectory();
  const store = await startSession({ directory, cache: false });
  const id = createSessionId();
  await store.save(id, {}, {});
  const writers = [container, container, []].map((command, n) =>
    startUnder(command, 'key-writer', directory, id, `writer${n}-`, '100'),
  );
  await Promise.all(writers.map((writer) => writer.next()));
  for (const writer of writers) writer.process.send('go');
  await Promise.all(writers.map((writer) => writer.ended()));
  expect(Object.keys((await store.load(id)).data)).toHaveLength(300);
});

it('lets a session be written and ended right after a container that wrote to it was killed', async (context) => {
  const probe = spawnSync(container[0] as string, [...container.slice(1), 'true'], { stdio: 'ignore' });
  if (probe.status !== 0) context.skip('needs unshare and user namespaces');
  const { directory, store, ids } = await startWith(20);
  const writer = startUnder(container, 'overwriter', directory, '5000', ...ids);
  await writer.next();
  await new Promise((resolve) => setTimeout(resolve, 100));
  writer.kill('SIGKILL');
  await writer.ended('SIGKILL');
  for (const id of ids) {
    expect(await store.update(id, (content) => content)).toBe(true);
    await store.destroy(id);
    expect((await store.load(id)).exists).toBe(false);
  }
});

it('lets others write to and end a session that a frozen process was writing; the session stays ended when that process wakes up', async (context) => {
  if (process.platform === 'win32') context.skip('needs SIGSTOP');
  const { directory, store, ids } = await startWith(10);
  const writer = startChild('updater', directory, ...ids);
  await writer.next();
  for (const [n, ended] of ids.entries()) {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
    writer.kill('SIGSTOP');
    for (const id of ids.slice(n)) expect(await store.update(id, (content) => content)).toBe(true);
    await store.destroy(ended);
    writer.kill('SIGCONT');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await store.load(ended)).exists).toBe(false);
  }
  writer.kill('SIGKILL');
  await writer.ended('SIGKILL');
});
