import { resolve } from 'node:path';
import { cacheStore, type SessionStore, type StartOptions } from '@store/core';
import {
  assertKnownOptions,
  createRecordStore,
  createReport,
  invalidOption,
  isStoreError,
  resolveTimeouts,
  StoreError,
} from '@store/core/driver';
import { systemErrorCode } from './directory/files.ts';
import { openDirectory, type SessionDirectory } from './directory/open-directory.ts';
import { createFileStorage } from './file-storage.ts';

const name = '@store/file';

const optionNames = [
  'directory',
  'durable',
  'checkOwner',
  'idleTimeout',
  'absoluteTimeout',
  'maxBytes',
  'now',
  'onEvent',
  'cache',
] as const;

/** Hints for the option names of other file session stores. */
const hints = {
  path: 'use directory',
  reapInterval: 'leave it out: @store/session calls gc(); see its gcProbability',
};

/**
 * The options that {@link startSession} accepts in addition to those of every driver.
 *
 * @example
 * import { type FileSessionOptions, startSession } from '@store/file';
 *
 * const options: FileSessionOptions = {
 *   directory: './sessions',
 *   durable: true,
 *   onEvent: ({ type }) => console.warn(type),
 * };
 * const store = await startSession(options);
 */
export interface FileSessionOptions extends StartOptions {
  /** The directory that holds the sessions, and nothing else; created with mode 0700 if missing. Not on a network share. */
  directory: string;
  /** Whether a file and its folder are flushed to the disk before a write is reported as done. @default false */
  durable?: boolean;
  /**
   * Whether to refuse a directory that another user owns or that every user can write to. Turn it off only where owners and
   * modes cannot be changed or mean nothing, as on some mounted volumes and in user namespaces. @default true
   */
  checkOwner?: boolean;
}

/**
 * Keeps sessions as files in one directory, and caches the store unless `cache` is false. Any number of processes on one
 * host can use the directory at the same time.
 *
 * @returns The store.
 * @throws {StoreError} `INVALID_OPTION` naming the option; `UNAVAILABLE` if the directory cannot be created, entered or
 * written to; `INCOMPATIBLE` if a version from before the first release wrote it. A failed start leaves nothing behind: the
 * next call starts from scratch.
 * @example
 * import { createSessionId, load, save } from '@store/core';
 * import { startSession } from '@store/file';
 *
 * await startSession({ directory: './sessions', idleTimeout: 3600 });
 * const id = createSessionId();
 * await save(id, { user: 'Ada' }, {});
 * console.log((await load(id)).data.user); // Ada
 */
export async function startSession(options: FileSessionOptions): Promise<SessionStore> {
  assertKnownOptions(name, options, optionNames, '', { hints });
  const { directory, durable = false, checkOwner = true, cache = true, ...rest } = options ?? {};
  if (typeof directory !== 'string' || directory.trim() === '' || directory.includes('\0')) {
    throw invalidOption(name, 'directory', 'the path of a directory', directory);
  }
  if (typeof durable !== 'boolean') throw invalidOption(name, 'durable', 'true or false', durable);
  if (typeof checkOwner !== 'boolean') throw invalidOption(name, 'checkOwner', 'true or false', checkOwner);
  if (typeof cache !== 'boolean') throw invalidOption(name, 'cache', 'true or false', cache);
  resolveTimeouts(name, rest);

  const report = createReport(name, rest.onEvent);
  const storage = createFileStorage(open(resolve(directory), checkOwner), {
    durable,
    onDamaged: () =>
      report({ type: 'unreadable-session', reason: 'the file is damaged, or @store/file did not write it' }),
  });
  const store = createRecordStore(storage, { ...rest, name });
  if (cache) cacheStore(store);
  return store;
}

function open(path: string, checkOwner: boolean): SessionDirectory {
  try {
    return openDirectory(path, checkOwner);
  } catch (cause) {
    if (isStoreError(cause)) throw cause;
    throw new StoreError(
      'UNAVAILABLE',
      `[${name}] The session directory could not be set up (${systemErrorCode(cause)}): this process must be able to create ` +
        'files and folders in it. The cause says why it could not.',
      { cause },
    );
  }
}
