import { sha256 } from '@noble/hashes/sha2.js';
import { base64url } from './session-id.ts';

type Hash = (algorithm: 'sha256', data: string, encoding: 'base64url') => string;

// Looked up, never imported, so that core loads where there is no Node. Measured: 0.9 µs native, 3–4 µs in JavaScript;
// WebCrypto's digest is asynchronous and takes 125 µs.
const nativeHash = (
  globalThis as { process?: { getBuiltinModule?(id: string): { hash?: Hash } | undefined } }
).process?.getBuiltinModule?.('node:crypto')?.hash;

const ascii = new TextEncoder();

/** SHA-256 in JavaScript, for runtimes without a synchronous native hash. */
export function portableSessionKey(id: string): string {
  return base64url(sha256(ascii.encode(id)));
}

/**
 * The key under which a session is stored: base64url SHA-256 of its id, 43 characters.
 *
 * Whoever reads the backend, or a backup of it, finds no id to log in with (OWASP Session Management Cheat Sheet).
 */
export const sessionKey: (id: string) => string = nativeHash
  ? (id) => nativeHash('sha256', id, 'base64url')
  : portableSessionKey;

const shape = /^[\w-]{43}$/;

/** Tells whether a value has the shape of a key, as handles that come back from a page must. */
export function isSessionKey(value: unknown): value is string {
  return typeof value === 'string' && shape.test(value);
}
