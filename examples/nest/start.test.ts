import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { agent } from 'supertest';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const folder = import.meta.dirname;
const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'));

describe('the start script of the Nest example', () => {
  let directory: string;
  let server: ChildProcess | undefined;

  beforeAll(async () => {
    const tsc = join(typescript, 'bin/tsc');
    await promisify(execFile)(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: folder });
  });
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'example-nest-'));
  });
  afterEach(async () => {
    if (server?.kill()) await once(server, 'exit');
    await rm(directory, { recursive: true });
  });

  /** @returns the address that the server prints once it is listening */
  async function start(platform: string): Promise<string> {
    const env = { ...process.env, NODE_ENV: 'development', PORT: '0', PLATFORM: platform };
    const child = spawn(process.execPath, [join(folder, 'dist/main.js')], {
      cwd: directory,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    server = child;
    for await (const line of createInterface(child.stdout)) {
      const address = /^Listening on (\S+)$/.exec(line)?.[1];
      if (address !== undefined) return address;
    }
    throw new Error('The server exited before it listened.');
  }

  it.each(['express', 'fastify'])('starts the example on %s', async (platform) => {
    const ada = agent(await start(platform));
    const { body } = await ada.post('/sign-in').type('form').send({ name: 'Ada' }).redirects(1);
    expect(body).toEqual({ name: 'Ada', notice: 'Welcome, Ada!' });
  });
});
