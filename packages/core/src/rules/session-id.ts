import { StoreError } from './errors.ts';

const shape = /^[\w-]{22,128}$/;

/** base64url of bytes, without padding (RFC 4648 §5). */
export function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

/**
 * A new, unguessable session id: 32 random bytes as 43 characters of base64url.
 *
 * OWASP asks for at least 64 bits of entropy (Session Management Cheat Sheet, "Session ID Entropy"); this has 256.
 *
 * @example
 * await save(createSessionId(), { cart: [] }, {});
 */
export function createSessionId(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

/**
 * Tells whether a value can be a session id: 22–128 characters of `A–Z a–z 0–9 - _`, so that ids of other systems can
 * move in and none can leave a directory or break a query. Runs before any hash, path or query.
 */
export function isSessionId(value: unknown): value is string {
  return typeof value === 'string' && shape.test(value);
}

/** @throws {StoreError} `INVALID_ID` unless {@link isSessionId}. */
export function assertSessionId(value: unknown): asserts value is string {
  if (isSessionId(value)) return;
  throw new StoreError(
    'INVALID_ID',
    '[@store/core] A session id is 22 to 128 characters of A–Z a–z 0–9 - and _. Make one with createSessionId().',
  );
}
