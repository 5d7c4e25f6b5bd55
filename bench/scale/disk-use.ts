import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DiskUse } from './scale-results.ts';

const unit = 512;

/** What all below a directory takes; the file system's own tables, such as inodes, are not in it. */
export function diskUse(directory: string): DiskUse {
  const use: DiskUse = { bytes: 0, allocated: statSync(directory).blocks * unit, files: 0, directories: 1 };
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) {
      const below = diskUse(path);
      use.bytes += below.bytes;
      use.allocated += below.allocated;
      use.files += below.files;
      use.directories += below.directories;
      continue;
    }
    const { size, blocks } = statSync(path);
    use.bytes += size;
    use.allocated += blocks * unit;
    use.files++;
  }
  return use;
}
