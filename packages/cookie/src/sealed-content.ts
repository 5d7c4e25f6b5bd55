import { type CookieSession, isSessionId, type SessionData, StoreError } from '@store/core';

/** The newest format read. The first one, still the one written, carries no number. */
const newest = 1;

/** The JSON text inside a seal: `{ purpose, id, subject, createdAt, expiresAt, idleTimeout, version, data, flash }`. */
export function encodeContent(purpose: string, session: CookieSession): string {
  const { id, subject, createdAt, expiresAt, idleTimeout, version, data, flash } = session;
  return JSON.stringify({ purpose, id, subject, createdAt, expiresAt, idleTimeout, version, data, flash });
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
  const { v, id, subject, createdAt, expiresAt, idleTimeout, version, data, flash } = content;
  if (Number.isInteger(v) && (v as number) > newest) {
    throw new StoreError(
      'INCOMPATIBLE',
      `[@store/cookie] This cookie has format ${v}, and this version of @store/cookie reads up to ${newest}. ` +
        'Finish the deploy of the newer version, or bring this process up to it.',
    );
  }
  if (!isSessionId(id) || !isTime(createdAt) || !isTime(expiresAt)) return undefined;
  if (!isObject(data) || !isObject(flash)) return undefined;
  return {
    id,
    createdAt,
    expiresAt,
    data: data as SessionData,
    flash: flash as SessionData,
    ...(typeof subject === 'string' && { subject }),
    ...(typeof idleTimeout === 'number' && { idleTimeout }),
    ...(typeof version === 'number' && { version }),
  };
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isObject(value: unknown): value is { [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
