import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { destroyAll } from '@store/core';
import { startSession } from '@store/postgres';
import { sessionHandler } from '@store/session/node';

/** One of several application processes on one database. Prints its port, and exits when its input ends. */
const [connectionString = '', schema = ''] = process.argv.slice(2);
const patience = { statementTimeout: 60, connectionTimeout: 60 };
const store = await startSession({ connectionString, schema, ...patience });
let release: (() => void) | undefined;

type Values = { [key: string]: string | number };

const server = createServer(
  sessionHandler<Values>(
    async ({ url = '/' }, response, session) => {
      const { pathname, searchParams } = new URL(url, 'http://localhost');
      const value = searchParams.get('value') ?? '';
      let answer: unknown = 'done';
      if (pathname === '/set') session.set(value, 1);
      if (pathname === '/increase') session.update('count', (count) => Number(count ?? 0) + 1);
      if (pathname === '/sign-in') session.setSubject(value);
      if (pathname === '/regenerate') session.regenerate();
      if (pathname === '/sign-out') session.invalidate();
      if (pathname === '/end-all') answer = await destroyAll(value);
      if (pathname === '/write-slowly') {
        session.set('slow', 1);
        process.stdout.write('writing\n');
        await new Promise<void>((resolve) => {
          release = resolve;
        });
      }
      if (pathname === '/release') release?.();
      if (pathname === '/all') answer = session.all();
      response.end(JSON.stringify({ isNew: session.isNew, answer }));
    },
    { gcProbability: 0 },
  ),
);
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
process.stdin.on('end', () => {
  server.close(() => store.close());
  server.closeIdleConnections();
});
process.stdin.resume();
