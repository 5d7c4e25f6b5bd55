import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

type Server = ChildProcessByStdio<null, Readable, Readable>;

let directory: string;
let servers: Server[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'store-demo-'));
  servers = [];
});
afterEach(async () => {
  for (const server of servers) {
    if (server.exitCode === null && server.signalCode === null) {
      server.kill('SIGKILL');
      await once(server, 'exit');
    }
  }
  await rm(directory, { recursive: true });
});

function start(env: Record<string, string>): Server {
  const server = spawn(process.execPath, [join(import.meta.dirname, 'server.ts')], {
    cwd: directory,
    env: { ...process.env, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  servers.push(server);
  return server;
}

async function address(server: Server): Promise<string> {
  let printed = '';
  for await (const chunk of server.stdout.iterator({ destroyOnReturn: false })) {
    printed += chunk;
    const [found] = /http:\/\/localhost:\d+/.exec(printed) ?? [];
    if (found) return found;
  }
  throw new Error(`No address was printed: ${printed}${await text(server.stderr)}`);
}

async function failure(server: Server): Promise<{ code: number | null; message: string }> {
  const [message, [code]] = await Promise.all([text(server.stderr), once(server, 'exit')]);
  return { code, message };
}

describe('npx pnpm start', () => {
  it('prints the address of the page, with sessions in a file below .data', async () => {
    const answer = await fetch(await address(start({})));
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('A session, seen from both sides');
    expect(await readdir(join(directory, '.data'))).toContain('sessions.db');
  });

  it('keeps sessions in files with STORE=file, and shows their content', async () => {
    const origin = await address(start({ STORE: 'file' }));
    const added = await fetch(`${origin}/cart/add`, {
      method: 'POST',
      body: new URLSearchParams({ product: 'assam' }),
      headers: { origin },
      redirect: 'manual',
    });
    expect(added.status).toBe(303);
    const cookie = added.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const files = await readdir(join(directory, '.data', 'sessions', 'records'), { recursive: true });
    expect(files.filter((name) => /[/\\][\da-f]{64}$/.test(name))).toHaveLength(1);
    const page = await (await fetch(origin, { headers: { cookie } })).text();
    expect(page).toContain('In files');
    for (const name of ['expires', 'key', 'version', 'payload']) expect(page).toContain(`<dt>${name}</dt>`);
  });

  it('keeps sessions in the cookie with STORE=cookie, shows their content, and ends them everywhere', async () => {
    const server = start({ STORE: 'cookie' });
    const origin = await address(server);
    const post = async (path: string, form: Record<string, string>, cookie = '') => {
      const answer = await fetch(origin + path, {
        method: 'POST',
        body: new URLSearchParams(form),
        headers: { origin, cookie },
        redirect: 'manual',
      });
      expect(answer.status).toBe(303);
      return answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    };
    const read = async (cookie: string) => (await fetch(origin, { headers: { cookie } })).text();
    const [here, there] = [
      await post('/sign-in', { name: 'Morgana' }),
      await post('/sign-in', { name: 'Morgana' }),
    ];
    expect(here).toMatch(/^session=Fe26\.2\*/);
    const page = await read(here);
    expect(page).toContain('In the cookie');
    expect(page).toContain('when clicks arrive together, only the last counts');
    for (const name of ['purpose', 'id', 'subject', 'data']) expect(page).toContain(`<dt>${name}</dt>`);
    const kept = await post('/devices/log-out-others', {}, here);
    expect(await read(kept)).toContain('Every other device is logged out.');
    expect(await read(there)).not.toContain('Morgana');

    server.kill('SIGTERM');
    await once(server, 'exit');
    const again = await address(start({ STORE: 'cookie' }));
    expect(await (await fetch(again, { headers: { cookie: kept } })).text()).toContain('Morgana');
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('exits cleanly on %s while a page is open', async (signal) => {
    const server = start({});
    await fetch(await address(server));
    server.kill(signal);
    expect(await once(server, 'exit')).toEqual([0, null]);
    // SQLite removes its log when the last connection closes cleanly.
    expect(await readdir(join(directory, '.data'))).toEqual(['sessions.db', 'sessions.db-reserve']);
  });

  it('keeps sessions in an embedded PostgreSQL with STORE=postgres, and stops it on exit', async () => {
    const server = start({ STORE: 'postgres', DATABASE_URL: '' });
    const origin = await address(server);
    const basket = await fetch(`${origin}/`);
    expect(basket.status).toBe(200);
    expect(await basket.text()).toContain('PostgreSQL');
    server.kill('SIGTERM');
    expect(await once(server, 'exit')).toEqual([0, null]);
  });

  it('says which port is in use, and how to choose another', async () => {
    const { port } = new URL(await address(start({})));
    expect(await failure(start({ PORT: port }))).toEqual({
      code: 1,
      message: `Port ${port} is already in use. Stop the program that uses it, or choose another port: PORT=3001 npx pnpm start\n`,
    });
  });

  it('refuses an invalid port', async () => {
    const { code, message } = await failure(start({ PORT: 'http' }));
    expect(code).toBe(1);
    expect(message).toBe('PORT=http is not a port. Use a number from 0 to 65535.\n');
  });

  it('lists the available stores when STORE is unknown', async () => {
    const { code, message } = await failure(start({ STORE: 'floppy' }));
    expect(code).toBe(1);
    expect(message).toBe('STORE=floppy is not available. Available: sqlite, file, cookie, postgres.\n');
  });
});
