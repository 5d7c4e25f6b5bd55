import { type CookieSession, isSessionId, type JsonValue, type SessionData, StoreError } from '@store/core';
import { formatFamily, parseFamily } from './family.ts';

/** The newest format that can be read. The first format, which is still the one written, has no number. */
const newest = 1;

const known: ReadonlySet<string> = new Set([
  'v',
  'purpose',
  'id',
  'family',
  'subject',
  'createdAt',
  'expiresAt',
  'idleTimeout',
  'expireOnClose',
  'version',
  'data',
  'flash',
]);

/**
 * The JSON text inside a seal: `{ purpose, id, family, subject, createdAt, expiresAt, idleTimeout, expireOnClose, version, data,
 * flash }`, and any members that a later version has added. `family` is the session's first id; it is left out while the session
 * still has that id.
 */
export function encodeContent(purpose: string, session: CookieSession): string {
  const { id, subject, createdAt, expiresAt, idleTimeout, expireOnClose, version, data, flash } = session;
  const { root } = parseFamily(session.family, id);
  const family = root === id ? undefined : root;
  return JSON.stringify({
    ...session.unknownFields,
    // The members below come last, so that unknown fields cannot replace them. `v` is not written yet.
    v: undefined,
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
 * Parses the content of a seal. `undefined` when it was sealed for another purpose or is not a session.
 *
 * @throws {StoreError} `INCOMPATIBLE` when a newer version of this package sealed it: a deploy must not log anyone out.
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
      `[@store/cookie] This cookie has format ${v}, but this version of @store/cookie reads only up to ${newest}. ` +
        'Finish deploying the newer version, or upgrade this process.',
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
    ...unknownIn(content),
  };
}

/** Members that a later version has sealed: kept, so that a rolling deploy does not lose them. */
function unknownIn(content: { [key: string]: unknown }): { unknownFields?: SessionData } {
  const names = Object.keys(content).filter((name) => !known.has(name));
  if (names.length === 0) return {};
  // Without a prototype, so that `__proto__` is an ordinary name.
  const unknownFields: SessionData = Object.create(null);
  for (const name of names) unknownFields[name] = content[name] as JsonValue;
  return { unknownFields };
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isObject(value: unknown): value is { [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
