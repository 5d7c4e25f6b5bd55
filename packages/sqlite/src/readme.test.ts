import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { temporaryDatabase } from '../test/temporary-database.ts';

const example = join(import.meta.dirname, '..', 'test', 'readme-example.ts');

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Asks until the server listens. */
async function visit(url: string, headers: Record<string, string> = {}): Promise<Response> {
  for (;;) {
    try {
      return await fetch(url, { headers });
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

it('shows in the README the example that is run here', () => {
  const readme = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8');
  expect(readme).toContain(readFileSync(example, 'utf8'));
});

it('counts visits in the README example, and stops at SIGTERM', { timeout: 60_000 }, async () => {
  const port = await freePort();
  const server = spawn(process.execPath, [example], {
    env: { ...process.env, PORT: String(port), DATABASE: temporaryDatabase() },
    stdio: 'inherit',
  });
  onTestFinished(() => {
    server.kill('SIGKILL');
  });
  const url = `http://127.0.0.1:${port}`;
  const first = await visit(url);
  expect(await first.text()).toBe('visits before this one: 0\n');
  const cookie = (first.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  expect(await (await visit(url, { cookie })).text()).toBe('visits before this one: 1\n');
  expect(await (await visit(url, { cookie })).text()).toBe('visits before this one: 2\n');
  server.kill('SIGTERM');
  expect(await once(server, 'exit')).toEqual([0, null]);
});
