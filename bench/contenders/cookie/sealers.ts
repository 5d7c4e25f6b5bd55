import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from 'node:crypto';
import { generatePassword, startSession } from '@store/cookie';
import type { Awaitable, SessionContent } from '@store/core';
import { sealData, unsealData } from 'iron-session';
import { EncryptJWT, jwtDecrypt } from 'jose';
import { lifetime } from '../../contender.ts';

/** How a contender seals cookies. They all seal the same fields: id, content, creation and expiry. */
export interface Sealer {
  seal(id: string, content: SessionContent): Awaitable<string>;
  /** Returns `undefined` or throws if the cookie is not genuine. */
  open(cookie: string): Awaitable<SessionContent | undefined>;
}

const idleTimeout = lifetime / 1000;

/** One synchronous AES-256-GCM call of `node:crypto` per cookie, with a key created once: no format, no rotation. */
export function bareSealer(): Sealer {
  const key = createSecretKey(randomBytes(32));
  return {
    seal(id, content) {
      const createdAt = Date.now();
      const text = JSON.stringify({ id, ...content, createdAt, expiresAt: createdAt + lifetime });
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, iv);
      const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), ciphertext]).toString('base64url');
    },
    open(cookie) {
      const bytes = Buffer.from(cookie, 'base64url');
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12));
      decipher.setAuthTag(bytes.subarray(12, 28));
      const text = Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString();
      const { data, flash, expiresAt } = JSON.parse(text) as SessionContent & { expiresAt: number };
      return Date.now() < expiresAt ? { data, flash } : undefined;
    },
  };
}

/** @store/cookie, via the two functions that the middleware calls. */
export async function ourSealer(): Promise<Sealer> {
  const store = await startSession({ password: generatePassword(), idleTimeout, cache: false });
  return {
    seal: (id, { data, flash }) => store.cookieValue(id, data, flash),
    async open(cookie) {
      const { exists, data, flash } = await store.load(cookie);
      return exists ? { data, flash } : undefined;
    },
  };
}

/** @store/cookie as it runs without synchronous crypto. */
export function portableSealer(): Promise<Sealer> {
  const { getBuiltinModule } = process;
  Object.assign(process, { getBuiltinModule: undefined });
  return ourSealer().finally(() => Object.assign(process, { getBuiltinModule }));
}

/** iron-session, via the two functions its sessions are built on. */
export function ironSealer(): Sealer {
  const options = { password: randomBytes(32).toString('base64url'), ttl: idleTimeout };
  return {
    seal: (id, { data, flash }) => sealData({ id, data, flash, createdAt: Date.now() }, options),
    async open(cookie) {
      // It turns a forged cookie into an empty object rather than an error.
      const { data, flash } = await unsealData<Partial<SessionContent>>(cookie, options);
      return data && flash && { data, flash };
    },
  };
}

/** jose, which several frameworks use for their session cookies: a JWT under AES-256-GCM, with a key imported once. */
export async function joseSealer(): Promise<Sealer> {
  const algorithm = { name: 'AES-GCM', length: 256 };
  const key = await crypto.subtle.generateKey(algorithm, false, ['encrypt', 'decrypt']);
  return {
    seal: (id, { data, flash }) =>
      new EncryptJWT({ data, flash })
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
        .setJti(id)
        .setIssuedAt()
        .setExpirationTime(`${idleTimeout}s`)
        .encrypt(key),
    async open(cookie) {
      const { payload } = await jwtDecrypt<SessionContent>(cookie, key);
      return { data: payload.data, flash: payload.flash };
    },
  };
}
