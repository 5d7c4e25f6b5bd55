import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { uncacheStore } from '@store/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Application } from './application.ts';
import { frameworks } from './applications.ts';
import { type Connection, openConnection } from './connection.ts';
import { proveSessions, signIn } from './visitors.ts';

let directory: string;
let server: Server;
let connection: Connection;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'store-bench-http-'));
});
afterEach(async () => {
  await connection.close();
  server.closeAllConnections();
  server.close();
  await uncacheStore()?.close();
  rmSync(directory, { recursive: true, force: true });
});

async function start(application: Application): Promise<void> {
  server = await application.start(directory);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  connection = openConnection(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

describe.each(frameworks)('$title', ({ bare, control, applications }) => {
  it.each(applications)(
    '$name keeps the sessions of several visitors apart, and counts',
    async (application) => {
      await start(application);
      await proveSessions(connection, await signIn(connection, 3));
    },
  );

  it.each([bare, ...(control ? [control] : [])])(
    '$name, without sessions, does not pass the proof',
    async (application) => {
      await start(application);
      await expect(proveSessions(connection, await signIn(connection, 2))).rejects.toThrow(
        'was answered with',
      );
    },
  );
});
