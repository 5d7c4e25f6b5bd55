/**
 * The keys derived from one password. `iron-webcrypto` accepts them unchanged: `seal(content, keys, defaults)`.
 *
 * @example
 * import { type DerivedKeys, deriveKeys, generatePassword } from '@store/cookie';
 * import { defaults, seal } from 'iron-webcrypto';
 *
 * const keys: DerivedKeys = await deriveKeys(generatePassword());
 * console.log((await seal({ user: 'Ada' }, keys, defaults)).split('*').slice(0, 2)); // [ 'Fe26.2', keys.id ]
 */
export interface DerivedKeys {
  /** The first 16 hexadecimal digits of the SHA-256 of both keys; included in every seal. */
  id: string;
  /** 32 bytes for AES-256-CBC. */
  encryption: Uint8Array;
  /** 32 bytes for HMAC-SHA-256. */
  integrity: Uint8Array;
}

/**
 * Derives the keys for one purpose from a password, so that other programs can open and create our seals with any Iron library.
 *
 * HKDF with SHA-256 and no salt (RFC 5869); the info is `store-cookie/1/<purpose>/enc` and `…/mac`. The same password and purpose
 * always yield the same keys. HKDF is fast and adds no strength: the password itself must be random, like those that
 * `generatePassword()` returns.
 *
 * @param secret The password, as passed to `startSession()`.
 * @param purpose What the seals are for. Default: `session`.
 * @example
 * import { deriveKeys, generatePassword, startSession } from '@store/cookie';
 * import { createSessionId } from '@store/core';
 * import { defaults, unseal } from 'iron-webcrypto';
 *
 * const password = generatePassword();
 * const store = await startSession({ password });
 * const cookieValue = await store.cookieValue(createSessionId(), { user: 'Ada' }, {});
 * const keys = await deriveKeys(password);
 * console.log(await unseal(cookieValue, { [keys.id]: keys }, defaults)); // { …, data: { user: 'Ada' }, … }
 */
export async function deriveKeys(secret: string, purpose = 'session'): Promise<DerivedKeys> {
  const text = new TextEncoder();
  const base = await crypto.subtle.importKey('raw', text.encode(secret), 'HKDF', false, ['deriveBits']);
  const derive = async (use: string) => {
    const info = text.encode(`store-cookie/1/${purpose}/${use}`);
    const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info };
    return new Uint8Array(await crypto.subtle.deriveBits(hkdf, base, 256));
  };
  const [encryption, integrity] = await Promise.all([derive('enc'), derive('mac')]);
  const hash = new Uint8Array(
    await crypto.subtle.digest('SHA-256', new Uint8Array([...encryption, ...integrity])),
  );
  const id = Array.from(hash.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return { id, encryption, integrity };
}
