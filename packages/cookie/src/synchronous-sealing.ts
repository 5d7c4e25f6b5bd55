import type { SealingKey } from './keyring.ts';
import type { Sealing } from './sealing.ts';

const needed = [
  'createCipheriv',
  'createDecipheriv',
  'createHmac',
  'createSecretKey',
  'randomFillSync',
  'timingSafeEqual',
] as const;

type NodeCrypto = typeof import('node:crypto');

/** The parts of `node:crypto` and `node:buffer` that sealing needs. */
export interface SynchronousCrypto extends Pick<NodeCrypto, (typeof needed)[number]> {
  Buffer: typeof import('node:buffer').Buffer;
}

/** The runtime's synchronous crypto, if it has any. Looked up rather than imported, so that the package loads on every runtime. */
export function findSynchronousCrypto(): SynchronousCrypto | undefined {
  const { process } = globalThis as {
    process?: { getBuiltinModule?: typeof globalThis.process.getBuiltinModule };
  };
  const crypto: Partial<NodeCrypto> | undefined = process?.getBuiltinModule?.('node:crypto');
  // Not every runtime has the class as a global.
  const Buffer = process?.getBuiltinModule?.('node:buffer')?.Buffer;
  const isWhole = Buffer && crypto && needed.every((name) => typeof crypto[name] === 'function');
  return isWhole ? { ...(crypto as NodeCrypto), Buffer } : undefined;
}

/** Seals on the calling thread, which is many times faster than WebCrypto: a session is too small to be worth a trip to a thread pool. */
export function createSynchronousSealing(crypto: SynchronousCrypto): Sealing {
  const { Buffer } = crypto;
  // Key objects are much faster than raw bytes as keys.
  const keyObjects = new WeakMap<SealingKey, ReturnType<typeof createKeyObjects>>();
  const createKeyObjects = ({ encryption, integrity }: SealingKey) => ({
    encryption: crypto.createSecretKey(encryption),
    integrity: crypto.createSecretKey(integrity),
  });
  function objectsOf(key: SealingKey) {
    let objects = keyObjects.get(key);
    if (objects === undefined) {
      objects = createKeyObjects(key);
      keyObjects.set(key, objects);
    }
    return objects;
  }

  const drawIv = createIvPool(crypto);

  return {
    seal(text, key, expiresAt) {
      const { encryption, integrity } = objectsOf(key);
      const iv = drawIv();
      const cipher = crypto.createCipheriv('aes-256-cbc', encryption, iv);
      // Join the bytes before encoding them: workerd's node:crypto loses a partial base64url group between update and final.
      const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]).toString('base64url');
      const signed = `Fe26.2*${key.id}**${iv.toString('base64url')}*${ciphertext}*${expiresAt}`;
      return `${signed}**${crypto.createHmac('sha256', integrity).update(signed).digest('base64url')}`;
    },
    open({ iv, ciphertext, signed, mac }, key) {
      const { encryption, integrity } = objectsOf(key);
      const given = Buffer.from(mac, 'base64url');
      const computed = crypto.createHmac('sha256', integrity).update(signed).digest();
      // timingSafeEqual throws if the lengths differ.
      if (given.length !== computed.length || !crypto.timingSafeEqual(given, computed)) return undefined;
      try {
        const decipher = crypto.createDecipheriv('aes-256-cbc', encryption, Buffer.from(iv, 'base64url'));
        return Buffer.concat([decipher.update(ciphertext, 'base64url'), decipher.final()]).toString();
      } catch {
        // Signed with our key but not valid ciphertext: another program made it.
        return undefined;
      }
    },
  };
}

const ivBytes = 16;
const poolBytes = 256 * ivBytes;

/** Draws random bytes for many initialization vectors in one call; each slice is used once. */
function createIvPool({ randomFillSync, Buffer }: SynchronousCrypto) {
  let pool: Buffer | undefined;
  let used = 0;
  return () => {
    if (pool === undefined || used === poolBytes) {
      // Allocate a new pool rather than refill this one, so that slices already handed out do not change.
      pool = randomFillSync(Buffer.allocUnsafeSlow(poolBytes));
      used = 0;
    }
    used += ivBytes;
    return pool.subarray(used - ivBytes, used);
  };
}
