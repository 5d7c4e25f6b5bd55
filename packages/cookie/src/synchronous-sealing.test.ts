import { describe, expect, it, vi } from 'vitest';
import { sealings } from '../test/sealings.ts';
import { deriveKeys } from './derive-keys.ts';
import type { SealingKey } from './keyring.ts';
import { parseSeal, type SealParts } from './seal-format.ts';
import {
  createSynchronousSealing,
  findSynchronousCrypto,
  type SynchronousCrypto,
} from './synchronous-sealing.ts';

const secret = 'a password of at least 32 characters';
const key: SealingKey = { ...(await deriveKeys(secret)), retiresAt: undefined };
const crypto = findSynchronousCrypto() as SynchronousCrypto;
const parse = (seal: string) => parseSeal(seal) as SealParts;

describe('the synchronous path', () => {
  it('returns no promise', () => {
    const sealing = createSynchronousSealing(crypto);
    const seal = sealing.seal('text', key, 1);
    expect(seal).toBeTypeOf('string');
    expect(sealing.open(parse(seal as string), key)).toBe('text');
  });

  it('compares MACs in constant time, over all 32 bytes, before it decrypts anything', () => {
    const watched = { ...crypto };
    const timingSafeEqual = vi.spyOn(watched, 'timingSafeEqual');
    const createDecipheriv = vi.spyOn(watched, 'createDecipheriv');
    const sealing = createSynchronousSealing(watched);
    const seal = sealing.seal('text', key, 1) as string;
    const forged = seal.slice(0, -43) + (seal.at(-43) === 'A' ? 'B' : 'A') + seal.slice(-42);
    expect(sealing.open(parse(forged), key)).toBeUndefined();
    expect(timingSafeEqual.mock.calls.map(([a, b]) => [a.byteLength, b.byteLength])).toEqual([[32, 32]]);
    expect(createDecipheriv).not.toHaveBeenCalled();
    expect(sealing.open(parse(seal), key)).toBe('text');
    expect(createDecipheriv).toHaveBeenCalledOnce();
  });

  it('uses each initialization vector once, across several draws of random bytes', () => {
    const sealing = createSynchronousSealing(crypto);
    const seals = Array.from({ length: 2000 }, () => parse(sealing.seal('', key, 1) as string));
    expect(new Set(seals.map(({ iv }) => iv)).size).toBe(2000);
  });

  it('prepares each key once', () => {
    const watched = { ...crypto };
    const createSecretKey = vi.spyOn(watched, 'createSecretKey');
    const sealing = createSynchronousSealing(watched);
    for (let index = 0; index < 10; index++) sealing.open(parse(sealing.seal('text', key, 1) as string), key);
    expect(createSecretKey).toHaveBeenCalledTimes(2);
  });

  it.each(['no process', 'no lookup', 'no crypto', 'no HMAC'])('is not used where there is %s', (lack) => {
    const real = process.getBuiltinModule;
    const getBuiltinModule = (id: string) =>
      id !== 'node:crypto' ? real(id) : lack === 'no HMAC' ? { ...crypto, createHmac: undefined } : undefined;
    vi.stubGlobal(
      'process',
      lack === 'no process' ? undefined : lack === 'no lookup' ? {} : { getBuiltinModule },
    );
    try {
      expect(findSynchronousCrypto()).toBeUndefined();
    } finally {
      vi.unstubAllGlobals();
    }
  });
});

describe.each(sealings)('what the %s path seals', (_, create) => {
  it.each(sealings)('opens on the %s path', async (_, createOther) => {
    for (const text of ['', 'a', 'sixteen letters!', 'ünïcödë ☕', 'x'.repeat(10_000)]) {
      const seal = parse(await create().seal(text, key, Date.now() + 1000));
      expect(await createOther().open(seal, key)).toBe(text);
    }
  });

  it('does not open with the keys of another password', async () => {
    const other: SealingKey = { ...(await deriveKeys(`${secret}!`)), retiresAt: undefined };
    const seal = parse(await create().seal('text', key, Date.now() + 1000));
    expect(await create().open(seal, other)).toBeUndefined();
    expect(await create().open(seal, { ...key, integrity: other.integrity })).toBeUndefined();
  });

  it('does not open, and throws nothing, when it is signed by us but not decryptable', async () => {
    const wrong = { ...key, encryption: new Uint8Array(32) };
    const results = await Promise.all(
      Array.from({ length: 50 }, async () =>
        create().open(parse(await create().seal('text', key, 1e13)), wrong),
      ),
    );
    // One padding in 256 happens to be valid; the result is then not the original text.
    for (const text of results) expect(text).not.toBe('text');
    expect(results).toContain(undefined);
  });
});
