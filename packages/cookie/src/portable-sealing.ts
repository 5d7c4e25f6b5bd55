import { defaults, seal, unseal } from 'iron-webcrypto';
import type { Sealing } from './sealing.ts';

/** Iron checks a seal's expiry against the machine's clock with a minute's grace. We have already checked it exactly, against `now`. */
const opening = { ...defaults, timestampSkewSec: Number.POSITIVE_INFINITY, decode: (text: string) => text };

/** Seals through WebCrypto, on any runtime. */
export function createPortableSealing(): Sealing {
  return {
    seal: (text, key, expiresAt) =>
      seal(undefined, key, { ...defaults, ttl: expiresAt - Date.now(), encode: () => text }),
    async open({ seal: sealed, keyId }, key) {
      try {
        return (await unseal(sealed, { [keyId]: key }, opening)) as string;
      } catch {
        return undefined;
      }
    },
  };
}
