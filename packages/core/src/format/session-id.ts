import { sha256 } from '@noble/hashes/sha2.js';
import { StoreError } from '../errors.ts';

const idCharacters = /^[\w-]+$/;

/** Encodes bytes as base64url, without padding (RFC 4648 §5). */
export function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

/**
 * A new, unguessable session id: 32 random bytes as 43 characters of base64url.
 *
 * OWASP asks for at least 64 bits of entropy (Session Management Cheat Sheet, "Session ID Entropy"); this id has 256.
 *
 * @example
 * import { createSessionId } from '@store/core';
 * import { startSession } from '@store/core/memory';
 * const store = await startSession();
 * const id = createSessionId(); // 43 characters, different every time
 * await store.save(id, { cart: [] }, {});
 */
export function createSessionId(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

/**
 * Whether a value can be a session id: 22–128 characters of `A–Z a–z 0–9 - _`. That is wide enough for ids from other
 * systems, and safe in a path or a query. This is checked before an id is used in any hash, path or query.
 *
 * @example
 * import { createSessionId, isSessionId } from '@store/core';
 * isSessionId(createSessionId()); // true
 * isSessionId('../../etc/passwd-of-someone'); // false
 * isSessionId(undefined); // false
 */
export function isSessionId(value: unknown): value is string {
  // Every request runs this, and a length check is faster than a quantifier in the pattern.
  return typeof value === 'string' && value.length >= 22 && value.length <= 128 && idCharacters.test(value);
}

/** @throws {StoreError} `INVALID_ID` unless {@link isSessionId}. */
export function assertSessionId(value: unknown): asserts value is string {
  if (isSessionId(value)) return;
  throw new StoreError(
    'INVALID_ID',
    '[@store/core] A session id is 22 to 128 characters of A–Z a–z 0–9 - and _. Make one with createSessionId().',
  );
}

type Hash = (algorithm: 'sha256', data: string, encoding: 'base64url') => string;

// Looked up rather than imported, so that core loads on runtimes other than Node. WebCrypto's digest is asynchronous, and much
// slower for a string this short.
const nativeHash = (
  globalThis as { process?: { getBuiltinModule?(id: string): { hash?: Hash } | undefined } }
).process?.getBuiltinModule?.('node:crypto')?.hash;

const utf8 = new TextEncoder();

/** SHA-256 in JavaScript, for runtimes without a synchronous native hash. */
export function portableSessionKey(id: string): string {
  return base64url(sha256(utf8.encode(id)));
}

/**
 * The key under which a session is stored: the SHA-256 of its id in base64url, 43 characters.
 *
 * An attacker who can read the backend, or a backup of it, cannot recover an id to log in with (OWASP Session Management
 * Cheat Sheet).
 *
 * @example
 * import { createSessionId } from '@store/core';
 * import { createRecordStore, sessionKey } from '@store/core/driver';
 * import { memoryStorage } from '@store/core/memory';
 * const storage = memoryStorage();
 * const id = createSessionId();
 * await createRecordStore(storage).save(id, { cart: [] }, {});
 * storage.records.has(sessionKey(id)); // true
 * storage.records.has(id); // false
 */
export const sessionKey: (id: string) => string = nativeHash
  ? (id) => nativeHash('sha256', id, 'base64url')
  : portableSessionKey;

const keyShape = /^[\w-]{43}$/;

/**
 * Whether a value has the shape of a key. A handle that a web page sends back is checked with this.
 *
 * @example
 * import { createSessionId } from '@store/core';
 * import { isSessionKey, sessionKey } from '@store/core/driver';
 * isSessionKey(sessionKey(createSessionId())); // true
 * isSessionKey('not a handle'); // false
 */
export function isSessionKey(value: unknown): value is string {
  return typeof value === 'string' && keyShape.test(value);
}
