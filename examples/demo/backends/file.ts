import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sessionKey } from '@store/core/driver';
import { startSession } from '@store/file';
import type { Backend, BackendOptions, HeldField } from './backend.ts';

/** Where in a file the second of its two places for a record begins. */
const slotBytes = 2048;

/** The two lines before a record's payload; both are ASCII. */
const shape =
  /^@store\/file 1 +(?<turn>\d+) +(?<expires>\d+) \w+\n\w+ (?<key>\S+) (?<version>\d+) (?<createdAt>\d+) (?<idleTimeout>\S+) (?<bytes>\d+) (?<checksum>\S+) (?<subject>.+)\n/;

type FileRecord = NonNullable<ReturnType<typeof readRecord>>;

const kinds: Record<string, HeldField['kind']> = { expires: 'time', createdAt: 'time', payload: 'json' };

/** Sessions in `sessions/`, a file each. The file is read as it lies there, so the page shows no more than is in it. */
export async function openFile({ directory, ...options }: BackendOptions): Promise<Backend> {
  const sessions = join(directory, 'sessions');
  const store = await startSession({ directory: sessions, ...options });

  return {
    label: 'files',
    place: 'sessions/records',
    store,
    async look(cookieValue) {
      const found = newest(await readIfThere(pathOf(sessions, cookieValue)));
      // For a moment, the mark of a session that is getting a new id.
      if (found === undefined) return undefined;
      return {
        fields: Object.entries(found).map(([name, value]) => ({ name, value, kind: kinds[name] ?? 'text' })),
        expiresAt: found.expires,
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

/** The record that counts of a file: it has two places for one, which writes take in turn, each with the next number. */
function newest(bytes = Buffer.alloc(0)): FileRecord | undefined {
  const records = [0, slotBytes].map((at) => readRecord(bytes.subarray(at)));
  return records
    .filter((record) => record !== undefined)
    .sort((a, b) => b.turn - a.turn)
    .at(0);
}

function readRecord(bytes: Buffer) {
  const { 0: head, groups } = shape.exec(bytes.toString('latin1')) ?? {};
  if (head === undefined || groups === undefined) return undefined;
  const { turn, expires, createdAt, bytes: length, idleTimeout, subject = '-', ...rest } = groups;
  return {
    turn: Number(turn),
    expires: Number(expires),
    ...(rest as { key: string; version: string; checksum: string }),
    createdAt: Number(createdAt),
    idleTimeout: idleTimeout === '-' ? null : Number(idleTimeout),
    subject: subject === '-' ? null : String(JSON.parse(subject)),
    payload: bytes.toString('utf8', head.length, head.length + Number(length)),
  };
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
