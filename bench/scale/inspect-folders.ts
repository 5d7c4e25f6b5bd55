import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { number } from '../report/format.ts';
import { diskUse } from './disk-use.ts';
import type { Inspection } from './scale-subject.ts';

/** How full the fullest folder is: what a lookup in a directory costs depends on it. */
export function inspectFolders(directory: string): Inspection {
  let most = { entries: 0, bytes: 0 };
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const path = join(entry.parentPath, entry.name);
    const entries = readdirSync(path).length;
    if (entries > most.entries) most = { entries, bytes: statSync(path).size };
  }
  const disk = diskUse(directory);
  const structure = `${number(disk.directories)} folders, the fullest with ${number(most.entries)} entries in ${number(most.bytes / 1024)} KiB`;
  return { disk, structure };
}
