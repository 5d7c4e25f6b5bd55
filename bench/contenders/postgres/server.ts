import { dirname } from 'node:path';
import { type PostgresServer, startPostgres } from '@store/postgres-server';

/** A server on loan; it stops when the last who borrowed it has given it back. */
export interface LentServer {
  url: string;
  giveBack(): Promise<void>;
}

type Server = Pick<PostgresServer, 'url' | 'remove'>;

let server: Promise<Server> | undefined;
let borrowers = 0;

/**
 * Lends the server that `POSTGRES_URL` names, or one from npm with its files next to `directory`. All contenders share it: on
 * two servers they would not flush the same log at the same time, nor have the same memory.
 */
export async function borrowServer(directory: string): Promise<LentServer> {
  borrowers += 1;
  const own = server ?? startServer(dirname(directory));
  server = own;

  async function giveBack() {
    borrowers -= 1;
    if (borrowers > 0) return;
    server = undefined;
    await (await own).remove();
  }

  try {
    return { url: (await own).url, giveBack };
  } catch (error) {
    borrowers -= 1;
    server = undefined;
    throw error;
  }
}

async function startServer(parent: string): Promise<Server> {
  const given = process.env.POSTGRES_URL;
  return given ? { url: given, remove: async () => {} } : startPostgres({ parent });
}
