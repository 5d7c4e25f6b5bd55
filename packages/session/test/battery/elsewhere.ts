// Runs the battery, both client and server, on the runtime that executes this file. Prints one line of JSON per cell.
import { expressFive } from './frameworks/express.ts';
import { fastify } from './frameworks/fastify.ts';
import { fetchHandler } from './frameworks/fetch.ts';
import { hono } from './frameworks/hono.ts';
import { koaThree } from './frameworks/koa.ts';
import { nodeHandler } from './frameworks/node.ts';
import { groups } from './groups.ts';
import { runCell } from './row.ts';

for (const framework of [expressFive, fastify, hono, koaThree, nodeHandler, fetchHandler])
  for (const row of groups.flatMap(({ rows }) => rows))
    console.log(`cell ${JSON.stringify(await runCell(framework, row))}`);
console.log('done');
process.exit(0);
