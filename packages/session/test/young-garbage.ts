// Serves thousands of requests and prints how many bytes they left in the old generation: node --expose-gc young-garbage.ts
import { once } from 'node:events';
import { Agent, createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getHeapSpaceStatistics } from 'node:v8';
import { createTestSession } from '../src/index.ts';
import { sessionHandler } from '../src/node.ts';
import { createMemoryStore } from './memory-store.ts';

const { store } = createMemoryStore();
const server = createServer(
  sessionHandler((_request, response, session) => void response.end(String(session.get('n'))), {
    store,
    gcProbability: 0,
  }),
);
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
const agent = new Agent({ keepAlive: true, maxSockets: 8 });
const cookie = await createTestSession(store, { n: 1 });

const visit = () =>
  new Promise<void>((resolve) => {
    get({ port, host: '127.0.0.1', agent, headers: { cookie } }, (response) => {
      response.on('end', resolve);
      response.resume();
    });
  });
async function visits(count: number): Promise<void> {
  for (let n = 0; n < count; n += 8) await Promise.all(Array.from({ length: 8 }, visit));
}
const oldBytes = () =>
  getHeapSpaceStatistics().find(({ space_name }) => space_name === 'old_space')?.space_used_size ?? 0;

await visits(4000);
globalThis.gc?.();
const before = oldBytes();
await visits(8000);
console.log(oldBytes() - before);
process.exit();
