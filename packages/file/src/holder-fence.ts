import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readFileName, recordOf, temporaryOf, temporaryPrefix } from './layout.ts';
import { errorCode, removeIfThere, writeNew } from './session-files.ts';

// Windows lacks both flags.
const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;

/**
 * Fences off the holder of a lock that counts as ended and may wake up all the same, before the lock is removed: without its
 * temporary files it can put nothing in the record's place, and if it has the record's file open it writes into one that has no
 * name any more, which it notices.
 *
 * @param token The holder's.
 * @param self The token of who does this; left out where the holder has ended for certain, and has nothing open.
 */
export function fenceOff(lock: string, token: string, self: string | undefined): void {
  const prefix = temporaryPrefix(lock, token);
  const folder = dirname(lock);
  for (const name of readdirSync(folder)) {
    if (name.startsWith(prefix)) removeIfThere(join(folder, name));
  }
  const record = recordOf(lock);
  if (self === undefined || readFileName(basename(record)).kind !== 'record') return;
  replaceByCopy(record, temporaryOf(record, self, Date.now()));
}

/** What the holder's write then throws. It has written nothing that anybody sees, and is to begin again. */
export function lockLost(): Error {
  return Object.assign(new Error('The lock was given to another while this process stood still.'), {
    code: 'ESTALE',
  });
}

function replaceByCopy(path: string, temporary: string): void {
  const content = contentOf(path);
  if (content === undefined) return;
  const { bytes, modified } = content;
  writeNew(temporary, bytes, modified);
  try {
    const file = openSync(temporary, 'r+');
    try {
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    removeIfThere(temporary);
    throw error;
  }
}

/** `undefined` for what is not there, and for what is no file: nobody has that open to write a session. */
function contentOf(path: string): { bytes: Buffer; modified: number } | undefined {
  let file: number;
  try {
    file = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    if (/^(ENOENT|ELOOP|EMLINK|ENXIO)$/.test(errorCode(error) ?? '')) return undefined;
    throw error;
  }
  try {
    const stats = fstatSync(file);
    return stats.isFile() ? { bytes: readFileSync(file), modified: stats.mtimeMs } : undefined;
  } finally {
    closeSync(file);
  }
}
