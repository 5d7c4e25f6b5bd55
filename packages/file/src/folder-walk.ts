import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Layout } from './layout.ts';
import { errorCode } from './session-files.ts';

/** A folder with the names that are to be looked at in it, of which whoever does takes them off the end. */
export interface Folder {
  path: string;
  names: string[];
}

/**
 * Goes through the folders of a session directory, round by round, from where it stopped the last time. What is in memory of a round
 * is two folders' names: they are read off the event loop, the next while the files of one are looked at.
 */
export interface FolderWalk {
  /** The folder with names left, or the next; `undefined` once at the end of a round. */
  folder(): Promise<Folder | undefined>;
}

export function createFolderWalk(
  { records, subjects, owners }: Layout,
  beginRound: () => void,
  enter: (folder: Folder) => void,
): FolderWalk {
  let paths: string[] | undefined;
  let folder: Folder | undefined;
  let next: Promise<Folder> | undefined;

  const shardsOf = async (parent: string) =>
    (await readdir(parent, { withFileTypes: true }))
      .filter((entry) => entry.isDirectory() && /^[\da-f]{2}$/.test(entry.name))
      .map((entry) => join(parent, entry.name));

  const readNext = () => {
    const path = paths?.pop();
    if (path === undefined) return undefined;
    const reading = readFolder(path);
    // Whoever comes for it hears of a failure; until then it is nobody's, and must not end the process.
    reading.catch(() => {});
    return reading;
  };

  return {
    async folder() {
      if (paths === undefined) {
        const found = [owners, ...(await shardsOf(subjects)), ...(await shardsOf(records))];
        beginRound();
        paths = found;
      }
      while (folder === undefined || folder.names.length === 0) {
        const reading = next ?? readNext();
        next = undefined;
        if (reading === undefined) {
          paths = undefined;
          folder = undefined;
          return undefined;
        }
        folder = await reading;
        enter(folder);
        next = readNext();
      }
      return folder;
    },
  };
}

async function readFolder(path: string): Promise<Folder> {
  try {
    return { path, names: await readdir(path) };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return { path, names: [] };
    throw error;
  }
}
