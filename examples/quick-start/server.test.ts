import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

// The path of a socket has room for 103 characters on macOS and 107 on Linux.
const parent = tmpdir().length > 70 ? '/tmp' : tmpdir();
const file = join(import.meta.dirname, 'server.ts');

function listening({ stdout }: ChildProcess) {
  if (stdout === null) throw new Error('no output to wait for');
  return once(stdout, 'data');
}

describe('the quick start', () => {
  let directory: string;
  let socketPath: string;
  let server: ChildProcess;

  // A socket file instead of a port number, so that nothing else can have taken it.
  const start = async () => {
    const env = { ...process.env, NODE_ENV: 'development', PORT: socketPath };
    server = spawn(process.execPath, [file], { cwd: directory, env, stdio: ['ignore', 'pipe', 'inherit'] });
    const [event] = await Promise.race([listening(server), once(server, 'exit')]);
    expect(String(event)).toBe(`Listening on ${socketPath}\n`);
  };
  const stop = async () => {
    if (server.kill()) await once(server, 'exit');
    await rm(socketPath, { force: true });
  };
  const visit = async (cookie = '') => {
    const request = get({ socketPath, headers: { host: 'localhost', cookie } });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return { body: await text(response), setCookie: response.headers['set-cookie']?.[0] };
  };

  beforeEach(async () => {
    directory = await mkdtemp(join(parent, 'quick-start-'));
    socketPath = join(directory, 'http');
    await start();
  });
  afterEach(async () => {
    await stop();
    await rm(directory, { recursive: true });
  });

  it('counts the visits of each browser, and goes on counting after a restart', async () => {
    const first = await visit();
    const cookie = first.setCookie?.split(';')[0];
    expect(first.body).toBe('Visit 1');
    expect((await visit(cookie)).body).toBe('Visit 2');
    expect((await visit()).body).toBe('Visit 1');

    await stop();
    await start();
    expect((await visit(cookie)).body).toBe('Visit 3');
  });

  it('is the code that the README shows', async () => {
    const readme = await readFile(join(import.meta.dirname, '../../README.md'), 'utf8');
    expect(readme).toContain(`\`\`\`ts\n${await readFile(file, 'utf8')}\`\`\``);
  });
});
