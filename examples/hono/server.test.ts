import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { agent } from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const file = join(import.meta.dirname, 'server.ts');

describe('the Hono example', () => {
  let directory: string;
  let server: ChildProcess;
  let address: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'example-hono-'));
    const env = { ...process.env, NODE_ENV: 'development', PORT: '0' };
    server = spawn(process.execPath, [file], { cwd: directory, env, stdio: ['ignore', 'pipe', 'inherit'] });
    if (server.stdout === null) throw new Error('no output to wait for');
    const [line] = await Promise.race([once(server.stdout, 'data'), once(server, 'exit')]);
    expect(String(line)).toMatch(/^Listening on http:\/\/localhost:\d+\n$/);
    address = String(line).trim().slice('Listening on '.length);
  });
  afterEach(async () => {
    if (server.kill()) await once(server, 'exit');
    await rm(directory, { recursive: true });
  });

  // An agent keeps cookies as a browser does.
  const visitor = () => agent(address);
  const signIn = (browser: ReturnType<typeof visitor>, name: string) =>
    browser.post('/sign-in').type('form').send({ name }).redirects(1);

  it('greets a visitor who signs in, and shows the message after the redirect once', async () => {
    const ada = visitor();
    const welcome = await signIn(ada, 'Ada');
    expect(welcome.status).toBe(200);
    expect(welcome.text).toContain('Welcome, Ada!');
    const page = await ada.get('/');
    expect(page.text).toContain('Hello Ada');
    expect(page.text).not.toContain('Welcome');
  });

  it('keeps each browser’s session separate, and creates none for a visitor who only browses', async () => {
    await signIn(visitor(), 'Ada');
    const page = await visitor().get('/');
    expect(page.text).toContain('action="/sign-in"');
    expect(page.headers['set-cookie']).toBeUndefined();
  });

  it('forgets a visitor who signs out, even if the old cookie is sent again', async () => {
    const ada = visitor();
    const signedIn = await ada.post('/sign-in').type('form').send({ name: 'Ada' });
    const cookie = String(signedIn.headers['set-cookie']?.[0]?.split(';')[0]);
    expect((await visitor().get('/').set('Cookie', cookie)).text).toContain('Hello Ada');

    expect((await ada.post('/sign-out').redirects(1)).text).toContain('action="/sign-in"');
    expect((await visitor().get('/').set('Cookie', cookie)).text).toContain('action="/sign-in"');
  });

  it('shows a name as text, whatever it contains', async () => {
    const { text } = await signIn(visitor(), '<script>alert("hi")</script>');
    expect(text).toContain('Hello &lt;script&gt;');
    expect(text).not.toContain('<script>');
  });

  it('asks again when a name is missing or too long', async () => {
    for (const name of ['', 'A'.repeat(41)]) {
      const { text } = await signIn(visitor(), name);
      expect(text).toContain('Your name has 1 to 40 characters.');
      expect(text).toContain('action="/sign-in"');
    }
  });

  it('responds with 503 while the store is broken', async () => {
    const ada = visitor();
    await signIn(ada, 'Ada');
    const database = new DatabaseSync(join(directory, 'sessions.db'));
    database.exec('DROP TABLE sessions');
    database.close();
    expect((await ada.get('/')).status).toBe(503);
  });
});
