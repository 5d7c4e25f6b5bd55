import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from 'node:crypto';
import type { SessionContent } from '@store/core';
import type { Contender } from '../../contender.ts';
import { cookieContender, lifetime } from './cookie-contender.ts';

/** The least one can do: one synchronous AES-256-GCM of `node:crypto` per cookie, its key made once, no format, no rotation. */
export function bareContender(name: string): Contender {
  return cookieContender(name, () => {
    const key = createSecretKey(randomBytes(32));
    return {
      seal(id, content) {
        const createdAt = Date.now();
        const text = JSON.stringify({ id, ...content, createdAt, expiresAt: createdAt + lifetime * 1000 });
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
  });
}
