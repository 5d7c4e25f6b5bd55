import { hkdfSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { deriveKeys } from './derive-keys.ts';

const secret = 'a secret of more than thirty-two characters, and ünïcödë';

describe('deriveKeys', () => {
  it('computes HKDF-SHA-256 without a salt, matching another implementation', async () => {
    const { encryption, integrity } = await deriveKeys(secret, 'checkout');
    const expected = (use: string) =>
      new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(), `store-cookie/1/checkout/${use}`, 32));
    expect(encryption).toEqual(expected('enc'));
    expect(integrity).toEqual(expected('mac'));
  });

  it('always returns the same keys, so that a release does not log anyone out', async () => {
    const { id, encryption, integrity } = await deriveKeys('0123456789abcdef0123456789abcdef');
    const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
    expect([id, hex(encryption), hex(integrity)]).toMatchInlineSnapshot(`
      [
        "975c796a8687caf5",
        "08609086cd9495e5c136c3ba72eb25e1ca5968a49cf62b5024bfb95347941b5f",
        "5a333ea0118609945dfe52bdfe1d81ae9c07c30ddf5af3cc8a95a00827b8f5c0",
      ]
    `);
  });

  it('uses "session" as the default purpose', async () => {
    expect(await deriveKeys(secret)).toEqual(await deriveKeys(secret, 'session'));
  });

  it('returns different keys and a different id for another purpose or secret', async () => {
    const all = await Promise.all([
      deriveKeys(secret, 'a'),
      deriveKeys(secret, 'b'),
      deriveKeys(`${secret}!`, 'a'),
    ]);
    const bytes = all.flatMap(({ encryption, integrity }) => [encryption.join(), integrity.join()]);
    expect(new Set(bytes).size).toBe(6);
    expect(new Set(all.map(({ id }) => id)).size).toBe(3);
  });

  it('returns an id that is a valid Iron password id', async () => {
    expect((await deriveKeys(secret)).id).toMatch(/^[0-9a-f]{16}$/);
  });
});
