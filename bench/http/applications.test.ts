import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { uncacheStore } from '@store/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Application, applications, withBefore } from './applications.ts';
import { type Connection, openConnection } from './connection.ts';
import { proveSessions, signIn } from './measure-http.ts';

const isBare = ({ kind }: Application) => kind === 'bare' || kind === 'control';

describe('the application', () => {
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

  it.each(applications.filter((application) => !isBare(application)))(
    '$name on $framework keeps the sessions of several visitors apart, and counts page views',
    async (application) => {
      await start(application);
      await proveSessions(connection, await signIn(connection, 3));
    },
  );

  it.each(applications.filter(isBare))(
    '$name on $framework, without sessions, fails the check',
    async (application) => {
      await start(application);
      await expect(proveSessions(connection, await signIn(connection, 2))).rejects.toThrow('returned');
    },
  );
});

describe('withBefore', () => {
  it('adds the older build and a control to each of our applications, and to no others', () => {
    const entered = withBefore(applications, '/older', '/newer');
    const ours = applications.filter(({ kind }) => kind === 'ours');
    expect(entered).toHaveLength(applications.length + 2 * ours.length);
    for (const { framework, name } of ours) {
      const of = entered.filter((one) => one.framework === framework && (one.variantOf ?? one.name) === name);
      expect(of.map(({ kind, checkout }) => `${kind}: ${checkout}`)).toEqual([
        'ours: /newer',
        'before: /older',
        'again: /newer',
      ]);
    }
  });

  it('leaves all other applications unchanged', () => {
    const others = ({ kind }: Application) => ['bare', 'control', 'peer'].includes(kind);
    expect(withBefore(applications, '/older', '/newer').filter(others)).toEqual(applications.filter(others));
  });
});
