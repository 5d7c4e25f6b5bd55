import { startPostgres } from '@store/postgres-server';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string;
  }
}

/** One server from npm for all tests of the package, unless `POSTGRES_URL` names one. */
export default async function setup(project: TestProject) {
  const given = process.env.POSTGRES_URL;
  if (given) {
    project.provide('postgresUrl', given);
    return;
  }
  const server = await startPostgres({ settings: ['fsync=off', 'max_connections=200'] });
  project.provide('postgresUrl', server.url);
  return () => server.remove();
}
