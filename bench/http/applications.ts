import type { Framework, Match } from './application.ts';
import { expressBare, expressControl } from './applications/express-application.ts';
import {
  cookieSessionPeer,
  memoryStore,
  sessionFileStore,
  sqliteSessionStore,
} from './applications/express-peers.ts';
import { expressCookie, expressFile, expressSqlite } from './applications/express-store.ts';
import { fastifyBare, fastifySessionPeer, secureSessionPeer } from './applications/fastify.ts';
import { fetchBare, fetchCookie, fetchSqlite } from './applications/fetch-store.ts';
import { honoBare, ironSessionPeer } from './applications/hono.ts';
import { bareListener, bareListenerAgain } from './applications/node-application.ts';
import { nodeCookie, nodeFile, nodeSqlite } from './applications/node-store.ts';
import { reactRouterFile } from './applications/react-router.ts';

/** Everything that is measured, by what it is built on. */
export const frameworks: Framework[] = [
  {
    title: 'Express 5',
    bare: expressBare,
    control: expressControl,
    applications: [
      memoryStore,
      sqliteSessionStore,
      sessionFileStore,
      cookieSessionPeer,
      expressSqlite,
      expressFile,
      expressCookie,
    ],
  },
  {
    title: 'node:http',
    bare: bareListener,
    control: bareListenerAgain,
    applications: [reactRouterFile, nodeSqlite, nodeFile, nodeCookie],
  },
  { title: 'Fetch handler on @hono/node-server', bare: fetchBare, applications: [fetchSqlite, fetchCookie] },
  { title: 'Hono on @hono/node-server', bare: honoBare, applications: [ironSessionPeer] },
  { title: 'Fastify 5', bare: fastifyBare, applications: [fastifySessionPeer, secureSessionPeer] },
];

/** Whom each of ours stands against: what keeps sessions in the same place, or does less. */
export const matches: Match[] = [
  { ours: expressSqlite, peer: memoryStore },
  { ours: expressSqlite, peer: sqliteSessionStore },
  { ours: expressFile, peer: sessionFileStore },
  { ours: expressCookie, peer: cookieSessionPeer },
  { ours: nodeFile, peer: reactRouterFile },
  { ours: nodeCookie, peer: ironSessionPeer },
  { ours: fetchCookie, peer: ironSessionPeer },
  { ours: nodeSqlite, peer: fastifySessionPeer },
  { ours: nodeCookie, peer: secureSessionPeer },
];
