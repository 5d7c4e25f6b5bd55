import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sessionKey } from '@store/core/driver';
import { startSession } from '@store/file';
import type { Backend, BackendOptions, HeldField } from './backend.ts';

const kinds: Record<string, HeldField['kind']> = { createdAt: 'time', payload: 'json' };

/** Sessions in `sessions/`, a file each. The file is read as it lies there, so the page shows no more than is in it. */
export async function openFile({ directory, ...options }: BackendOptions): Promise<Backend> {
  const sessions = join(directory, 'sessions');
  const store = await startSession({ directory: sessions, ...options });

  return {
    label: 'files',
    place: 'sessions/records',
    store,
    async look(cookieValue) {
      const text = await readIfThere(pathOf(sessions, cookieValue));
      if (text === undefined) return undefined;
      const [first = '', second = '', payload = ''] = text.split('\n');
      const [, expires] = /^@store\/file 1 +(\d+) /.exec(first) ?? [];
      // For a moment, the mark of a session that is getting a new id.
      if (expires === undefined) return undefined;
      // What the second line has of the payload is its checksum.
      const { payload: checksum, ...record } = JSON.parse(second.slice(second.indexOf('{')));
      const fields = Object.entries<string | number | null>({ ...record, checksum, payload });
      return {
        fields: [
          { name: 'expires', value: Number(expires), kind: 'time' },
          ...fields.map(([name, value]) => ({ name, value, kind: kinds[name] ?? 'text' })),
        ],
        expiresAt: Number(expires),
      };
    },
    close: () => store.close(),
  };
}

/** A session's file has the hash of the id as its name, in hexadecimal, in the folder of its first two digits. */
function pathOf(directory: string, id: string): string {
  const name = Buffer.from(sessionKey(id), 'base64url').toString('hex');
  return join(directory, 'records', name.slice(0, 2), name);
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
