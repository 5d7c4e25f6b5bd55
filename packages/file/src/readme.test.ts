import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { temporaryDirectory } from '../test/session-directory.ts';

const example = join(import.meta.dirname, '..', 'test', 'examples', 'visit-counter.ts');

it('counts visits in the README example, and stops on SIGTERM', async () => {
  const server = spawn(process.execPath, [example], {
    env: { ...process.env, PORT: '0', SESSIONS: temporaryDirectory() },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    server.kill('SIGKILL');
  });
  const [listening] = await once(server.stdout, 'data');
  const url = `http://localhost:${/port: (\d+)/.exec(String(listening))?.[1]}`;
  const visit = (headers: Record<string, string> = {}) => fetch(url, { headers });
  const first = await visit();
  expect(await first.text()).toBe('visits before this one: 0\n');
  const cookie = (first.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  for (const visits of [1, 2]) {
    expect(await (await visit({ cookie })).text()).toBe(`visits before this one: ${visits}\n`);
  }
  server.kill('SIGTERM');
  expect(await once(server, 'exit')).toEqual([0, null]);
});
