import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SessionStore } from '@store/core';
import * as file from '@store/file';
import * as postgres from '@store/postgres';
import { type PostgresServer, startPostgres } from '@store/postgres-server';
import { type Session, sessionHandler } from '@store/session/node';
import * as sqlite from '@store/sqlite';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

const rounds = 1000;
let folder: string;
let server: PostgresServer | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'logout-race-'));
  if (!process.env.POSTGRES_URL) server = await startPostgres({ settings: ['fsync=off'] });
});

afterAll(async () => {
  rmSync(folder, { recursive: true });
  await server?.remove();
});

const starts: { [driver: string]: () => Promise<SessionStore> } = {
  sqlite: () => sqlite.startSession({ database: join(folder, 'sessions.db'), cache: false }),
  postgres: () =>
    postgres.startSession({ connectionString: process.env.POSTGRES_URL ?? server?.url ?? '', cache: false }),
  file: () => file.startSession({ directory: join(folder, 'sessions'), cache: false }),
};

/** Serves until the test ends. @returns a function that sends a request and returns the status and the cookie that was set */
async function serve(listener: RequestListener) {
  const http = createServer(listener).listen(0, '127.0.0.1');
  await once(http, 'listening');
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  const { port } = http.address() as AddressInfo;
  return async (path: string, cookie = '') => {
    const { status, headers } = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { cookie } });
    return { status, cookie: headers.getSetCookie()[0]?.split(';')[0] };
  };
}

/** Two servers that share one backend. Overlapping requests wait until both have loaded the session. */
async function openTwoServers(start: () => Promise<SessionStore>) {
  let arrived: (() => void)[] = [];
  async function overlap(): Promise<void> {
    await new Promise<void>((resolve) => {
      arrived.push(resolve);
      if (arrived.length < 2) return;
      for (const go of arrived) go();
      arrived = [];
    });
    // Either request can go first, or both can go in the same turn of the event loop.
    for (let turns = Math.floor(Math.random() * 3); turns > 0; turns--)
      await new Promise((resolve) => setImmediate(resolve));
  }
  const act = async (path: string, session: Session) => {
    if (path === '/sign-in') return session.setSubject('ada');
    await overlap();
    if (path === '/logout') session.invalidate();
    else if (path === '/regenerate') session.regenerate();
    else session.setSubject('ada');
  };
  const open = async () => {
    const store = await start();
    onTestFinished(() => store.close());
    const handler = sessionHandler(
      async (request, response, session) => {
        await act(request.url ?? '', session);
        response.end();
      },
      { store, gcProbability: 0 },
    );
    return { store, send: await serve(handler) };
  };
  return [await open(), await open()] as const;
}

describe.each(Object.keys(starts))('over HTTP on %s', (driver) => {
  it.each([
    ['/regenerate', rounds],
    ['/sign-in-again', rounds / 5],
  ])('a logout on one server wins against a simultaneous request to %s on another', async (path, count) => {
    const [one, other] = await openTwoServers(starts[driver] as () => Promise<SessionStore>);
    let moved = 0;
    for (let round = 0; round < count; round++) {
      const { cookie } = await one.send('/sign-in');
      const requests = [() => one.send('/logout', cookie), () => other.send(path, cookie)];
      if (round % 2) requests.reverse();
      const answers = await Promise.all(requests.map((send) => send()));
      if (round % 2) answers.reverse();
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      if (answers[1]?.cookie) moved++;
    }
    expect(await one.store.list('ada')).toEqual([]);
    expect(await one.store.count()).toBe(0);
    console.log(`${driver}: all ${count} logouts held; ${path} won the race in ${moved}.`);
    expect(moved).toBeGreaterThan(count / 4);
  });
});
