import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Layout } from './layout.ts';
import { errorCode } from './session-files.ts';

/**
 * Goes through the files of a session directory, folder by folder and round by round, from where it stopped the last time.
 * What is in memory of a round is one folder's names; they are read off the event loop.
 */
export interface FolderWalk {
  /** The next file's folder and name; `undefined` once at the end of a round. */
  next(): Promise<{ folder: string; name: string } | undefined>;
}

export function createFolderWalk({ records, subjects, owners }: Layout, beginRound: () => void): FolderWalk {
  let folders: string[] | undefined;
  let folder = owners;
  let names: string[] = [];

  const shardsOf = async (parent: string) =>
    (await readdir(parent, { withFileTypes: true }))
      .filter((entry) => entry.isDirectory() && /^[\da-f]{2}$/.test(entry.name))
      .map((entry) => join(parent, entry.name));

  return {
    async next() {
      if (folders === undefined) {
        beginRound();
        folders = [owners, ...(await shardsOf(subjects)), ...(await shardsOf(records))];
      }
      for (let name = names.pop(); ; name = names.pop()) {
        if (name !== undefined) return { folder, name };
        const following = folders.pop();
        if (following === undefined) break;
        folder = following;
        names = await namesIn(folder);
      }
      folders = undefined;
      return undefined;
    },
  };
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
