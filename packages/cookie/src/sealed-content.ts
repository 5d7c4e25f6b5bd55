import { type CookieSession, isSessionId, type SessionData, StoreError } from '@store/core';
import { formatFamily, parseFamily } from './family.ts';

/** The newest format read. The first one, still the one written, carries no number. */
const newest = 1;

/**
 * The JSON text inside a seal: `{ purpose, id, family, subject, createdAt, expiresAt, idleTimeout, expireOnClose, version, data,
 * flash }`. `family` is the session's first id; without it the session still has that one.
 */
export function encodeContent(purpose: string, session: CookieSession): string {
  const { id, subject, createdAt, expiresAt, idleTimeout, expireOnClose, version, data, flash } = session;
  const { root } = parseFamily(session.family, id);
  const family = root === id ? undefined : root;
  return JSON.stringify({
    purpose,
    id,
    family,
    subject,
    createdAt,
    expiresAt,
    idleTimeout,
    expireOnClose,
    version,
    data,
    flash,
  });
}

/**
 * Reads what was inside a seal. `undefined` when it was sealed for another purpose, or is no session.
 *
 * @throws {StoreError} `INCOMPATIBLE` when a newer version of this package sealed it: a deploy must not log people out.
 */
export function decodeContent(purpose: string, text: string): CookieSession | undefined {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(content) || content.purpose !== purpose) return undefined;
  const { v, id, family, subject, createdAt, expiresAt, idleTimeout, expireOnClose, version } = content;
  if (Number.isInteger(v) && (v as number) > newest) {
    throw new StoreError(
      'INCOMPATIBLE',
      `[@store/cookie] This cookie has format ${v}, and this version of @store/cookie reads up to ${newest}. ` +
        'Finish the deploy of the newer version, or bring this process up to it.',
    );
  }
  const { data, flash } = content;
  if (!isSessionId(id) || !isTime(createdAt) || !isTime(expiresAt)) return undefined;
  if (!isObject(data) || !isObject(flash)) return undefined;
  return {
    id,
    createdAt,
    expiresAt,
    data: data as SessionData,
    flash: flash as SessionData,
    family: formatFamily({ root: isSessionId(family) ? family : id, last: id }),
    ...(typeof subject === 'string' && { subject }),
    ...(typeof idleTimeout === 'number' && { idleTimeout }),
    ...(typeof expireOnClose === 'boolean' && { expireOnClose }),
    ...(typeof version === 'number' && { version }),
  };
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isObject(value: unknown): value is { [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
