import { connect, type NetConnectOpts } from 'node:net';
import type { PostgresClient } from './postgres-pool.ts';

// Captured when this module loads, so that an application's fake timers do not stop the store.
const { setTimeout } = globalThis;

/** PostgreSQL's code for a cancel request, sent in place of a protocol version. */
const cancelRequest = 80_877_102;

/** Milliseconds to wait for the statement to end after each request. */
const pauses = [50, 100, 200, 400];

/** Milliseconds after which a silent server is considered lost, together with the statement. */
const patience = 500;
/** Milliseconds after which a request's connection is closed in any case. */
const longest = 10_000;

/**
 * Asks the server to cancel the statement that is running on a client. Closing the client would not be enough: the server does not
 * notice, and a statement that waits for a lock would keep waiting and occupy a connection. A pooler forwards the request while
 * the client is connected, but ignores it while the statement is still in the pooler's queue, so several requests are sent.
 *
 * @param ended Settles when the statement has ended.
 * @returns Resolves when `ended` settles, or when the server is unreachable or ignores the requests. Never rejects.
 */
export async function cancelStatement(client: PostgresClient, ended: Promise<void>): Promise<void> {
  const { processID, secretKey } = client;
  const address = addressOf(client);
  if (typeof processID !== 'number' || typeof secretKey !== 'number' || !address) return;
  const request = Buffer.alloc(16);
  for (const [index, field] of [request.length, cancelRequest, processID, secretKey].entries()) {
    request.writeInt32BE(field | 0, index * 4);
  }
  const over = ended.then(() => true);
  for (const pause of pauses) {
    if (!(await send(request, address))) return;
    const later = new Promise<false>((resolve) => setTimeout(resolve, pause, false));
    if (await Promise.race([over, later])) return;
  }
}

/** @returns whether the server accepted the request */
function send(request: Buffer, address: NetConnectOpts): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address, () => socket.write(request));
    socket.setTimeout(patience, () => {
      resolve(false);
      if (socket.connecting) socket.destroy();
      // PgBouncer 1.18 crashes if this connection closes before it has forwarded the request.
      socket.setTimeout(longest, () => socket.destroy());
    });
    socket.on('error', () => {});
    socket.on('close', (failed) => resolve(!failed));
    socket.unref().resume();
  });
}

function addressOf({ host, port, connection }: PostgresClient): NetConnectOpts | undefined {
  const { remoteAddress, remotePort } = connection?.stream ?? {};
  if (remoteAddress !== undefined && remotePort !== undefined)
    return { host: remoteAddress, port: remotePort };
  return host?.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : undefined;
}
