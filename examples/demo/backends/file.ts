import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sessionKey } from '@store/core/driver';
import { startSession } from '@store/file';
import type { Backend, BackendOptions, HeldField } from './backend.ts';

/** A line of a session's file: a record, or a touch with a new expiry for the record at an offset. */
const shape =
  /^(?<checksum>[\da-f]{8}) 1(?:R (?<at>\d+) (?<expires>\d+) (?<key>\S+) (?<version>\d+) (?<createdAt>\d+) (?<idleTimeout>\S+) (?<link>\S+) (?<subject>\S+) (?<payload>.+)|T (?<touchAt>\d+) (?<touched>\d+) (?<of>\d+))$/;

const kinds: Record<string, HeldField['kind']> = { expires: 'time', createdAt: 'time', payload: 'json' };

/** Keeps sessions in `sessions/`, one file each. The file is read directly, so the page shows exactly what is in it. */
export async function openFile({ directory, ...options }: BackendOptions): Promise<Backend> {
  const sessions = join(directory, 'sessions');
  const store = await startSession({ directory: sessions, ...options });

  return {
    label: 'files',
    place: 'sessions/records',
    store,
    async look(cookieValue) {
      const found = newest(await readIfThere(pathOf(sessions, cookieValue)));
      if (found === undefined) return undefined;
      return {
        fields: Object.entries(found).map(([name, value]) => ({ name, value, kind: kinds[name] ?? 'text' })),
        expiresAt: found.expires,
      };
    },
    close: () => store.close(),
  };
}

/** A session's file is named after the hexadecimal hash of the id, in a folder named after its first two digits. */
function pathOf(directory: string, id: string): string {
  const name = Buffer.from(sessionKey(id), 'base64url').toString('hex');
  return join(directory, 'records', name.slice(0, 2), name);
}

/** The record in a file: its last valid line. A line is valid if it states its own offset. */
function newest(bytes = Buffer.alloc(0)) {
  const text = bytes.toString('latin1');
  let touched: { of: string; expires: string } | undefined;
  for (let end = bytes.length; end > 0; end = text.lastIndexOf('\n', end - 1)) {
    const start = text.lastIndexOf('\n', end - 1);
    const groups = shape.exec(bytes.toString('utf8', start + 1, end))?.groups ?? {};
    const { at, touchAt, expires, subject, idleTimeout, createdAt, ...line } = groups;
    if (Number(touchAt) === start) touched ??= { of: line.of as string, expires: line.touched as string };
    if (Number(at) !== start) continue;
    const { link, checksum, key, version, payload } = line;
    // The mark that stays here for a minute after a session gets a new id.
    if (link?.startsWith('to:')) return undefined;
    return {
      expires: Number(touched?.of === at ? touched?.expires : expires),
      key,
      version,
      checksum,
      createdAt: Number(createdAt),
      idleTimeout: idleTimeout === '-' ? null : Number(idleTimeout),
      subject: subject === '-' ? null : decodeURIComponent(String(subject).slice(1)),
      payload,
    };
  }
  return undefined;
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
