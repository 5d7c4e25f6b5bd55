import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deriveKeys, generatePassword, startSession } from '@store/cookie';
import { startSession as startSqlite } from '@store/sqlite';
import { defaults, unseal } from 'iron-webcrypto';
import type { Backend, BackendOptions, HeldField } from './backend.ts';

const kinds: Record<string, HeldField['kind']> = {
  createdAt: 'time',
  expiresAt: 'time',
  data: 'json',
  flash: 'json',
};

/**
 * Keeps sessions sealed in the cookie, and records in `revocations.db` which of them have ended. The page opens the seal with
 * iron-webcrypto and the derived keys, so it shows exactly what is in the cookie.
 */
export async function openCookie({ directory, ...options }: BackendOptions): Promise<Backend> {
  const { idleTimeout, now } = options;
  const password = await keepPassword(join(directory, 'cookie-password'));
  const revocations = await startSqlite({
    database: join(directory, 'revocations.db'),
    table: 'revocations',
    cache: false,
    absoluteTimeout: false,
    ...(idleTimeout !== undefined && { idleTimeout }),
    ...(now && { now }),
  });
  const store = await startSession({ password, revocations, ...options });
  const keys = await deriveKeys(password);

  return {
    label: 'the cookie',
    place: 'sealed with Fe26.2',
    store,
    async look(cookieValue) {
      // The store knows whether the session has ended; its content comes from the seal.
      if (!(await store.load(cookieValue)).exists) return undefined;
      const opening = { ...defaults, timestampSkewSec: Number.POSITIVE_INFINITY };
      const content = (await unseal(cookieValue, { [keys.id]: keys }, opening)) as Record<string, unknown>;
      const fields = Object.entries(content).map(([name, value]): HeldField => {
        const kind = kinds[name] ?? 'text';
        return { name, value: kind === 'json' ? JSON.stringify(value) : (value as string | number), kind };
      });
      return { fields, expiresAt: Number(content.expiresAt) };
    },
    async close() {
      await store.close();
      await revocations.close();
    },
  };
}

/** The password that an earlier start stored, or a new one, so that sessions survive a restart of the demo. */
async function keepPassword(path: string): Promise<string> {
  try {
    await writeFile(path, generatePassword(), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFile(path, 'utf8');
}
