/** A README's example, and what its reader installs to run it. */
export interface Example {
  title: string;
  packages: string[];
  /** The tested file that contains the README's code, relative to the root. */
  file: string;
  /** The file in proofs/ that runs it. */
  proof: string;
  /** The clients that are installed with it; no other client may be on the disk. */
  clients: string[];
  /** Environment variables that the example reads, besides PORT and DATABASE_URL. */
  env?: Record<string, string>;
  /** The lowest TypeScript version for the example, if its packages alone would accept a lower one. */
  typescript?: string;
}

/** Dependencies that may be installed only along with the driver or framework that needs them. */
export const clients: string[] = [
  'better-sqlite3',
  'express',
  'fastify',
  'hono',
  'iron-webcrypto',
  'koa',
  'kysely',
  'pg',
];

const sqlite = ['@store/core', '@store/sqlite'];
const session = (example: string) => `packages/session/test/examples/${example}.ts`;

/** At least one for each published package. */
export const examples: Example[] = [
  {
    title: '@store/core with a driver of one’s own',
    packages: ['@store/core'],
    file: 'packages/core/test/examples/four-functions.ts',
    proof: 'fills-a-cart.mjs',
    clients: [],
  },
  {
    title: '@store/sqlite',
    packages: sqlite,
    file: 'packages/sqlite/test/examples/visit-counter.ts',
    proof: 'server-counts-visits.mjs',
    clients: ['better-sqlite3', 'kysely'],
  },
  {
    title: '@store/postgres',
    packages: ['@store/core', '@store/postgres'],
    file: 'packages/postgres/test/examples/visit-counter.ts',
    proof: 'server-counts-visits.mjs',
    clients: ['kysely', 'pg'],
  },
  {
    title: '@store/file',
    packages: ['@store/core', '@store/file'],
    file: 'packages/file/test/examples/visit-counter.ts',
    proof: 'server-counts-visits.mjs',
    clients: [],
  },
  {
    title: '@store/cookie',
    packages: ['@store/core', '@store/cookie', '@store/session'],
    file: 'packages/cookie/test/examples/visits.ts',
    proof: 'fetch-counts-visits.mjs',
    clients: ['iron-webcrypto'],
    env: { SESSION_PASSWORD: 'of the tests, and long enough for them' },
  },
  {
    title: '@store/conformance on the driver of core’s README',
    packages: ['@store/conformance', '@store/core'],
    file: 'packages/core/test/examples/record-driver.ts',
    proof: 'driver-conforms.mjs',
    clients: [],
  },
  {
    title: '@store/create-driver from a program',
    packages: ['@store/create-driver'],
    file: 'packages/create-driver/test/examples/scaffold.ts',
    proof: 'begins-a-driver.mjs',
    clients: [],
  },
  {
    title: '@store/session with fetch',
    packages: [...sqlite, '@store/session'],
    file: session('fetch-counter'),
    proof: 'fetch-counts-visits.mjs',
    clients: ['better-sqlite3', 'kysely'],
  },
  {
    title: '@store/session with node:http',
    packages: [...sqlite, '@store/session'],
    file: session('node-counter'),
    proof: 'server-counts-visits.mjs',
    clients: ['better-sqlite3', 'kysely'],
  },
  {
    title: '@store/session with Express',
    packages: [...sqlite, '@store/session', 'express'],
    file: session('express-greeting'),
    proof: 'greets-by-name.mjs',
    clients: ['better-sqlite3', 'express', 'kysely'],
    typescript: '5.9', // its `withSession` keeps the type that the route gives to `request.params`
  },
  {
    title: '@store/session in a shop on Express',
    packages: [...sqlite, '@store/session', 'express'],
    file: session('express-shop'),
    proof: 'express-runs-a-shop.mjs',
    clients: ['better-sqlite3', 'express', 'kysely'],
    typescript: '5.9', // as above
  },
  {
    title: '@store/session with Fastify',
    packages: [...sqlite, '@store/session', 'fastify'],
    file: session('fastify-greeting'),
    proof: 'greets-by-name.mjs',
    clients: ['better-sqlite3', 'fastify', 'kysely'],
  },
  {
    title: '@store/session with Hono',
    packages: [...sqlite, '@store/session', 'hono'],
    file: session('hono-counter'),
    proof: 'fetch-counts-visits.mjs',
    clients: ['better-sqlite3', 'hono', 'kysely'],
  },
  {
    title: '@store/session with Koa',
    packages: [...sqlite, '@store/session', 'koa'],
    file: session('koa-greeting'),
    proof: 'greets-by-name.mjs',
    clients: ['better-sqlite3', 'koa', 'kysely'],
  },
];

/** Entry points that can be imported only inside a test runner, which their users have installed. */
export const runnerEntries: string[] = ['@store/conformance/vitest'];

/** Programs that show a package working without Node, as paths relative to the root. They print "promises kept". */
export const workers: string[] = [
  'packages/core/test/worker.ts',
  'packages/session/test/worker.ts',
  'packages/session/test/hono-worker.ts',
  '.ci/publish/proofs/seals-in-a-worker.mjs',
];

/** The lowest TypeScript version that finds no errors in each package's declarations. Each version is a dependency of this lane. */
export const lowestTypeScript: Record<string, string> = {
  '@store/conformance': '5.0',
  '@store/cookie': '5.0',
  '@store/core': '5.0', // below it, declarations cannot import files that end in `.ts`
  '@store/create-driver': '5.0',
  '@store/file': '5.0',
  '@store/postgres': '5.4', // Kysely's own minimum
  '@store/session': '5.0',
  '@store/sqlite': '5.0',
};

/**
 * The maximum cost of a package, installed next to core. Import time is only printed; the limit is on the number of files loaded
 * by importing all entry points, which is the same on every machine.
 */
export interface Budget {
  packages: number;
  kilobytes: number;
  loadedFiles: number;
}

/**
 * One for each published package. Sizes are a little higher than measured, file counts about a quarter higher; package
 * counts are exact. Examples in docstrings count three times: in the declarations, in the code and in its source map.
 */
export const budgets: Record<string, Budget> = {
  '@store/conformance': { packages: 3, kilobytes: 2150, loadedFiles: 120 },
  '@store/cookie': { packages: 5, kilobytes: 1500, loadedFiles: 75 },
  '@store/core': { packages: 2, kilobytes: 1250, loadedFiles: 40 },
  '@store/create-driver': { packages: 3, kilobytes: 1320, loadedFiles: 10 },
  '@store/file': { packages: 3, kilobytes: 1500, loadedFiles: 75 },
  '@store/postgres': { packages: 18, kilobytes: 4100, loadedFiles: 435 },
  '@store/session': { packages: 4, kilobytes: 2200, loadedFiles: 112 },
  '@store/sqlite': { packages: 6, kilobytes: 38_000, loadedFiles: 400 },
};
