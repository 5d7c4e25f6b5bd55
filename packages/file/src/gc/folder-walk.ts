import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../directory/files.ts';
import type { Layout } from '../directory/layout.ts';

/** A file to look at: its folder's path, and its name. */
export interface FoundFile {
  folder: string;
  name: string;
}

/**
 * Goes through the files of a session directory, round by round, from where it stopped the last time. What is in memory of a round
 * is two folders' names: they are read off the event loop, the next while the files of one are looked at.
 */
export interface FolderWalk {
  /** The next file; `undefined` once at the end of a round. */
  next(): Awaitable<FoundFile | undefined>;
  /** Which round this is, from 1 on. */
  round(): number;
}

type Awaitable<T> = T | Promise<T>;

interface Folder {
  path: string;
  names: string[];
}

export function createFolderWalk({ records, subjects }: Layout): FolderWalk {
  let round = 0;
  let paths: string[] | undefined;
  let folder: Folder | undefined;
  let following: Promise<Folder> | undefined;

  const shardsOf = async (parent: string) =>
    (await readdir(parent, { withFileTypes: true }))
      .filter((entry) => entry.isDirectory() && /^[\da-f]{2}$/.test(entry.name))
      .map((entry) => join(parent, entry.name));

  const readNext = () => {
    const path = paths?.pop();
    if (path === undefined) return undefined;
    const reading = readFolder(path);
    // A failure is thrown when it is the folder's turn; until then it must not end the process.
    reading.catch(() => {});
    return reading;
  };

  function takeName(): FoundFile | undefined {
    const name = folder?.names.pop();
    return folder && name !== undefined ? { folder: folder.path, name } : undefined;
  }

  async function enterFolder(): Promise<FoundFile | undefined> {
    if (paths === undefined) {
      paths = [...(await shardsOf(subjects)), ...(await shardsOf(records))];
      round++;
    }
    for (;;) {
      const reading = following ?? readNext();
      following = undefined;
      if (reading === undefined) {
        paths = undefined;
        folder = undefined;
        return undefined;
      }
      folder = await reading;
      following = readNext();
      const found = takeName();
      if (found) return found;
    }
  }

  return { round: () => round, next: () => takeName() ?? enterFolder() };
}

async function readFolder(path: string): Promise<Folder> {
  try {
    return { path, names: await readdir(path) };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return { path, names: [] };
    throw error;
  }
}
