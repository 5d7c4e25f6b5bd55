import type { RecordStorage, SessionRecord } from '@store/core/driver';
import * as scripts from './scripts.ts';

/** The part of a node-redis client that the driver uses. */
export interface RedisClient {
  hmGet(key: string, fields: string[]): Promise<(string | null)[]>;
  evalSha(sha1: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
}

const names = ['payload', 'subject', 'version', 'createdAt', 'expiresAt', 'idleTimeout'];

/**
 * Keeps each record as a hash. Two sorted sets index all records, by expiry and by key, and each subject has a set of its records.
 * Every write is a single Lua script, and therefore atomic. Redis expires nothing: expiry follows the application's clock.
 */
export function redisStorage(client: RedisClient, prefix: string): RecordStorage {
  async function run(script: scripts.Script, ...args: (string | number)[]): Promise<unknown> {
    const options = { keys: [prefix], arguments: args.map(String) };
    try {
      return await client.evalSha(script.sha1, options);
    } catch (error) {
      // Redis loses its script cache when it restarts.
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return client.eval(script.text, options);
    }
  }
  const won = async (answer: Promise<unknown>) => (await answer) === 1;
  const count = async (answer: Promise<unknown>) => Number(await answer);
  const records = async (answer: Promise<unknown>) => {
    const rows = (await answer) as [string, ...string[]][];
    return rows.map(([key, ...fields]) => toRecord(key, fields)).filter((record) => record !== undefined);
  };

  return {
    read: async (key) => toRecord(key, await client.hmGet(`${prefix}:record:${key}`, names)),
    insert: (record) => won(run(scripts.insert, record.key, ...toFields(record))),
    replace: (key, version, next) => won(run(scripts.replace, key, version, next.key, ...toFields(next))),
    move: (key, version, next, mark) =>
      won(run(scripts.move, key, version, next.key, ...toFields(next), ...toFields(mark))),
    touch: (key, expiresAfter, expiresAt) => won(run(scripts.touch, key, expiresAfter, expiresAt)),
    async delete(key) {
      await run(scripts.remove, key);
    },
    deleteSession: (key) => won(run(scripts.removeSession, key)),
    deleteExpired: (now, limit) => count(run(scripts.deleteExpired, now, limit)),
    scan: (after, limit) => records(run(scripts.scan, after === undefined ? '-' : `(${after}`, limit)),
    listBySubject: (subject) => records(run(scripts.listBySubject, subject)),
    deleteBySubject: (subject, { exceptKey = '', onlyKey = '' }) =>
      count(run(scripts.deleteBySubject, subject, exceptKey, onlyKey)),
  };
}

/** A missing subject or idle timeout is stored as the empty string, which is not a valid value for either. */
function toFields({ payload, subject, version, createdAt, expiresAt, idleTimeout }: SessionRecord) {
  return [payload, subject ?? '', version, createdAt, expiresAt, idleTimeout ?? ''];
}

function toRecord(key: string, fields: (string | null)[]): SessionRecord | undefined {
  const [payload, subject, version, createdAt, expiresAt, idleTimeout] = fields;
  if (payload == null) return undefined;
  return {
    key,
    payload,
    subject: subject || null,
    version: Number(version),
    createdAt: Number(createdAt),
    expiresAt: Number(expiresAt),
    idleTimeout: idleTimeout ? Number(idleTimeout) : null,
  };
}
