import type { OpenBackend } from './backend.ts';
import { openCookie } from './cookie.ts';
import { openFile } from './file.ts';
import { openPostgres } from './postgres.ts';
import { openSqlite } from './sqlite.ts';

/** The values of `STORE`. To add a driver, add its file here. */
const backends = new Map<string, OpenBackend>([
  ['sqlite', openSqlite],
  ['file', openFile],
  ['cookie', openCookie],
  ['postgres', openPostgres],
]);

/** @throws {Error} listing the available backends, when `name` is not one of them. */
export function chooseBackend(name = 'sqlite'): OpenBackend {
  const open = backends.get(name);
  if (open) return open;
  throw new Error(`STORE=${name} is not available. Available: ${[...backends.keys()].join(', ')}.`);
}
