import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const ada = { name: 'ada', password: 'analytical engine' };
const grace = { name: 'grace', password: 'first compiler' };

describe.each([
  ['Express', 'express.ts'],
  ['Hono', 'hono.ts'],
  ['Fastify', 'fastify.ts'],
  ['fetch', 'serve-fetch.ts'],
])('the sign-in example with %s', (_, file) => {
  let directory: string;
  let server: ChildProcess;
  let address: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'example-sign-in-'));
    const env = { ...process.env, NODE_ENV: 'development', PORT: '0' };
    const program = join(import.meta.dirname, file);
    server = spawn(process.execPath, [program], {
      cwd: directory,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (server.stdout === null) throw new Error('no output to wait for');
    const [line] = await Promise.race([once(server.stdout, 'data'), once(server, 'exit')]);
    expect(String(line)).toMatch(/^Listening on http:\/\/\S+:\d+\n$/);
    address = String(line).trim().slice('Listening on '.length);
  });
  afterEach(async () => {
    if (server.kill()) await once(server, 'exit');
    await rm(directory, { recursive: true });
  });

  const page = async (cookie = '') => (await fetch(address, { headers: { cookie } })).text();
  /** Posts a form as a browser does. `cookie` is the cookie that the response sets, or '' if it clears the browser's. */
  const post = async (path: string, cookie = '', form?: Record<string, string>) => {
    const body = form && new URLSearchParams(form);
    const sent = await fetch(address + path, {
      method: 'POST',
      headers: { cookie },
      body,
      redirect: 'manual',
    });
    const { status, headers } = sent;
    const [set] = headers.getSetCookie();
    return {
      status,
      location: headers.get('location'),
      cookie: set && (/max-age=0/i.test(set) ? '' : set.split(';')[0]),
    };
  };
  const signIn = (form: typeof ada, cookie?: string) => post('/sign-in', cookie, form);

  it('greets by name from sign-in to sign-out', async () => {
    expect(await page()).toBe('Hello stranger');
    const signedIn = await signIn(ada);
    expect([signedIn.status, signedIn.location]).toEqual([303, '/']);
    expect(await page(signedIn.cookie)).toBe('Hello ada');

    const signedOut = await post('/sign-out', signedIn.cookie);
    expect(signedOut).toEqual({ status: 303, location: '/', cookie: '' });
  });

  it('gives the session a new id at sign-in, so an attacker who planted the old one is not signed in', async () => {
    const { cookie: planted } = await signIn(grace);
    const { cookie } = await signIn(ada, planted);
    expect(cookie).toMatch(/=./);
    expect(cookie).not.toBe(planted);
    expect(await page(cookie)).toBe('Hello ada');
    expect(await page(planted)).toBe('Hello stranger');
  });

  it('also signs out copies of the cookie', async () => {
    const { cookie } = await signIn(ada);
    expect(await page(cookie)).toBe('Hello ada');
    await post('/sign-out', cookie);
    expect(await page(cookie)).toBe('Hello stranger');
  });

  it('refuses a wrong password with 401, and leaves the session unchanged', async () => {
    const refused = { status: 401, location: null, cookie: undefined };
    expect(await signIn({ ...ada, password: grace.password })).toEqual(refused);
    expect(await signIn({ ...ada, name: 'nobody' })).toEqual(refused);
    expect(await post('/sign-in')).toEqual(refused);

    const { cookie } = await signIn(ada);
    expect(await signIn({ ...grace, password: 'a guess' }, cookie)).toEqual(refused);
    expect(await page(cookie)).toBe('Hello ada');
  });
});
