import { dirname } from 'node:path';
import { type PostgresServer, startPostgres } from '@store/postgres-server';

let shared: Promise<Pick<PostgresServer, 'url' | 'remove'>> | undefined;
let borrowers = 0;

/**
 * Lends the server that `POSTGRES_URL` names, or one from npm with its files next to `directory`, until the last borrower has
 * returned it. All contenders share it: on separate servers they would share neither the log nor the memory.
 */
export async function borrowServer(directory: string): Promise<{ url: string; giveBack(): Promise<void> }> {
  const given = process.env.POSTGRES_URL;
  shared ??= given
    ? Promise.resolve({ url: given, remove: async () => {} })
    : startPostgres({ parent: dirname(directory) });
  borrowers += 1;
  const { url, remove } = await shared;
  return {
    url,
    async giveBack() {
      borrowers -= 1;
      if (borrowers > 0) return;
      shared = undefined;
      await remove();
    },
  };
}
