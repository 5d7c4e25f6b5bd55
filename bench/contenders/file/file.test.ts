import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { proveContenders } from '../prove-contenders.ts';
import { file } from './file.ts';

/** Every file with its time, which is where some keep the expiry. */
proveContenders(file, (directory) =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => `${path} ${statSync(path).mtimeMs} ${readFileSync(path, 'utf8')}`)
    .join('\n'),
);
