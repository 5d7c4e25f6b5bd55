import { randomBytes } from 'node:crypto';
import type { SessionContent } from '@store/core';
import { sealData, unsealData } from 'iron-session';
import { EncryptJWT, jwtDecrypt } from 'jose';
import type { Contender } from '../../contender.ts';
import { packageVersion } from '../package-version.ts';
import { cookieContender, lifetime } from './cookie-contender.ts';

/** iron-session by the two functions that its sessions are made of. */
export const ironSession: Contender = cookieContender(packageVersion('iron-session'), () => {
  const options = { password: randomBytes(32).toString('base64url'), ttl: lifetime };
  return {
    seal: (id, { data, flash }) => sealData({ id, data, flash, createdAt: Date.now() }, options),
    async open(cookie) {
      // For a forged cookie it answers an empty object.
      const { data, flash } = await unsealData<Partial<SessionContent>>(cookie, options);
      return data && flash && { data, flash };
    },
  };
});

/** jose, with which several frameworks make their session cookies: a JWT under AES-256-GCM, its key imported once. */
export const joseJwt: Contender = cookieContender(`${packageVersion('jose')}, EncryptJWT`, async () => {
  const algorithm = { name: 'AES-GCM', length: 256 };
  const key = await crypto.subtle.generateKey(algorithm, false, ['encrypt', 'decrypt']);
  return {
    seal: (id, { data, flash }) =>
      new EncryptJWT({ data, flash })
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
        .setJti(id)
        .setIssuedAt()
        .setExpirationTime(`${lifetime}s`)
        .encrypt(key),
    async open(cookie) {
      const { payload } = await jwtDecrypt<SessionContent>(cookie, key);
      return { data: payload.data, flash: payload.flash };
    },
  };
});
