import type { TestProject } from 'vitest/node';
import { startServer } from './embedded-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string;
  }
}

/** One server for all tests of the package, from npm, unless `POSTGRES_URL` names one. */
export default async function setup(project: TestProject) {
  const given = process.env.POSTGRES_URL;
  if (given) {
    project.provide('postgresUrl', given);
    return;
  }
  const server = await startServer({ flags: ['fsync=off', 'max_connections=200'] });
  project.provide('postgresUrl', server.url);
  return () => server.remove();
}
