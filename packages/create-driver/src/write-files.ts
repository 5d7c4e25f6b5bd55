import { mkdir, open, rm, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/**
 * Writes files under `directory`, all or none: what was made before a failure is removed again. A file that is there already
 * is such a failure, and is left as it is.
 */
export async function writeFiles(directory: string, files: Map<string, string>): Promise<void> {
  const undo: (() => Promise<void>)[] = [];
  try {
    for (const [path, text] of files) {
      const target = resolve(join(directory, path));
      const first = await mkdir(dirname(target), { recursive: true });
      if (first !== undefined) undo.push(...removals(first, dirname(target)));
      const file = await open(target, 'wx');
      undo.push(() => rm(target));
      try {
        await file.writeFile(text);
      } finally {
        await file.close();
      }
    }
  } catch (error) {
    // The first failure is the one to tell; a folder that somebody else has put a file into stays.
    for (const remove of undo.reverse()) await remove().catch(() => undefined);
    throw error;
  }
}

/** One for each folder from `first` down to `last`, in that order. */
function removals(first: string, last: string): (() => Promise<void>)[] {
  const above = last === first ? [] : removals(first, dirname(last));
  return [...above, () => rmdir(last)];
}
