import type { OpenBackend } from './backend.ts';
import { openCookie } from './cookie.ts';
import { openFile } from './file.ts';
import { openPostgres } from './postgres.ts';
import { openSqlite } from './sqlite.ts';

/** What `STORE=` takes. A new driver adds its file here. */
const backends = new Map<string, OpenBackend>([
  ['sqlite', openSqlite],
  ['file', openFile],
  ['cookie', openCookie],
  ['postgres', openPostgres],
]);

/** @throws {Error} naming what is available, when `name` is not. */
export function chooseBackend(name = 'sqlite'): OpenBackend {
  const open = backends.get(name);
  if (open) return open;
  throw new Error(`STORE=${name} is not available. Available: ${[...backends.keys()].join(', ')}.`);
}
