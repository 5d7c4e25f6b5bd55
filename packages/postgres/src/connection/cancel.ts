import { connect, type NetConnectOpts } from 'node:net';
import type { PostgresClient } from './postgres-pool.ts';

// Taken when this module loads, so that the fake timers of a test do not stop a store.
const { setTimeout } = globalThis;

/** PostgreSQL's code for a cancel request, in the place of a protocol version. */
const cancelRequest = 80_877_102;

/** Milliseconds to wait for the end of the statement after each request. */
const pauses = [50, 100, 200, 400];

/** Milliseconds after which a server that says nothing counts as lost, and the statement with it. */
const patience = 500;
/** Milliseconds after which the connection of a request ends in any case. */
const longest = 10_000;

/**
 * Asks the server to stop the statement that runs on a client. It would not notice that the client has gone: a statement that waits
 * for a lock would go on waiting, and hold one of the server's connections. A pooler passes the request on as long as the client is
 * connected to it, but ignores it while the statement itself still waits in the pooler: hence several requests.
 *
 * @param ended Settles when the statement has ended.
 * @returns Resolves then, or once the server cannot be reached or takes no notice. Never rejects.
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

/** @returns whether the server has taken the request */
function send(request: Buffer, address: NetConnectOpts): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address, () => socket.write(request));
    socket.setTimeout(patience, () => {
      resolve(false);
      if (socket.connecting) socket.destroy();
      // PgBouncer 1.18 crashes when the connection goes away before it has passed the request on.
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
