import type { Server } from 'node:http';
import type { Awaitable } from '@store/core';
import { packageVersion } from '../contenders/package-version.ts';
import type { HttpKind } from '../report/results.ts';
import type { StoreName } from './shop.ts';

/** A server to measure, with one framework and one session layer. */
export interface Application {
  framework: string;
  /** Its session layer; for a peer, with the version. */
  name: string;
  kind: HttpKind;
  /** Creates the server, not yet listening, with its files in an empty directory. Imports its libraries only at this point. */
  start(directory: string): Awaitable<Server>;
  /** For an older build and its control: the name of our application to compare them with. */
  variantOf?: string;
  /** Another checkout, whose built `@store/*` packages its process imports. @default this one, from `src` */
  checkout?: string;
}

/** The exports of a framework's module. */
interface Framework {
  bare(): Awaitable<Server>;
  withStore(store: StoreName, directory: string): Awaitable<Server>;
}

/** Frameworks whose bare server is measured a second time, to show the noise. */
const controlled = ['Express 5', 'node:http'];

/** The bare framework, and our session layer on it. */
function ours(framework: string, load: () => Promise<Framework>, ...stores: StoreName[]): Application[] {
  const bare = async () => (await load()).bare();
  return [
    { framework, name: 'bare', kind: 'bare', start: bare },
    ...(controlled.includes(framework)
      ? [{ framework, name: 'the same code again', kind: 'control' as const, start: bare }]
      : []),
    ...stores.map(
      (name): Application => ({
        framework,
        name,
        kind: 'ours',
        start: async (directory) => (await load()).withStore(name, directory),
      }),
    ),
  ];
}

function peer(framework: string, name: string, start: Application['start']): Application {
  return { framework, name, kind: 'peer', start };
}
const expressSession = (store: string) => `${packageVersion('express-session')} + ${store}`;

const express = () => import('./frameworks/express.ts');
const fastify = () => import('./frameworks/fastify.ts');
const hono = () => import('./frameworks/hono.ts');
const node = () => import('./frameworks/node.ts');

/** Everything measured over HTTP, framework by framework, starting with the bare one. */
export const applications: Application[] = [
  ...ours('Express 5', express, '@store/sqlite', '@store/file', '@store/cookie'),
  peer('Express 5', expressSession('MemoryStore'), async () => (await express()).memoryStore()),
  peer('Express 5', expressSession(packageVersion('better-sqlite3-session-store')), async (directory) =>
    (await express()).sqliteSessionStore(directory),
  ),
  peer('Express 5', expressSession(packageVersion('session-file-store')), async (directory) =>
    (await express()).sessionFileStore(directory),
  ),
  peer('Express 5', `${packageVersion('cookie-session')} (signed, not encrypted)`, async () =>
    (await express()).cookieSessionPeer(),
  ),
  ...ours('Fastify 5', fastify, '@store/sqlite', '@store/cookie'),
  peer('Fastify 5', `${packageVersion('@fastify/session')} (memory)`, async () =>
    (await fastify()).fastifySessionPeer(),
  ),
  peer('Fastify 5', packageVersion('@fastify/secure-session'), async () =>
    (await fastify()).secureSessionPeer(),
  ),
  ...ours('Hono', hono, '@store/sqlite', '@store/cookie'),
  peer('Hono', packageVersion('iron-session'), async () => (await hono()).ironSessionPeer()),
  ...ours('node:http', node, '@store/sqlite', '@store/file', '@store/cookie'),
  peer('node:http', `${packageVersion('@react-router/node')}, file storage`, async (directory) =>
    (await node()).reactRouterFile(directory),
  ),
  ...ours('Koa 3', () => import('./frameworks/koa.ts'), '@store/sqlite'),
  ...ours('Fetch handler', () => import('./frameworks/fetch.ts'), '@store/sqlite', '@store/cookie'),
];

/**
 * The same with each of our applications three times: built by this checkout, by an older one (`before`), and by this one again.
 * None of them runs from `src`, so their code is the only difference.
 */
export function withBefore(all: readonly Application[], before: string, now: string): Application[] {
  return all.flatMap((ours) => {
    if (ours.kind !== 'ours') return [ours];
    const variant = (kind: HttpKind, checkout: string): Application => ({
      ...ours,
      kind,
      checkout,
      name: `${ours.name} (${kind})`,
      variantOf: ours.name,
    });
    return [{ ...ours, checkout: now }, variant('before', before), variant('again', now)];
  });
}
