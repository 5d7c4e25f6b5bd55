import { StoreError } from '@store/core';
import { type DerivedKeys, deriveKeys } from './derive-keys.ts';
import type { CookiePassword } from './passwords.ts';

/** A password ready for use. */
export interface SealingKey extends DerivedKeys {
  /** When it stops opening anything, in epoch milliseconds; `undefined` for never. */
  retiresAt: number | undefined;
}

/** All passwords of one store. */
export interface Keyring {
  /** The key that seals. */
  readonly current: SealingKey;
  /** The key that a seal names; `undefined` when it is unknown or has retired by `now`. */
  find(id: string, now: number): SealingKey | undefined;
}

/**
 * Derives all keys in advance, so that no request bears the cost.
 *
 * @throws {StoreError} `INVALID_OPTION` when two passwords have the same id or the same secret.
 */
export async function createKeyring(
  store: string,
  passwords: CookiePassword[],
  purpose: string,
): Promise<Keyring> {
  const byId = new Map<string, SealingKey>();
  const keys = await Promise.all(
    passwords.map(async ({ id, secret, retireAfter }): Promise<[SealingKey, string[]]> => {
      const derived = await deriveKeys(secret, purpose);
      const key = { ...derived, id: id ?? derived.id, retiresAt: retireAfter?.getTime() };
      // The hash remains a valid id even if the password is given a name later, so naming it doesn't log anyone out.
      return [key, [...new Set([key.id, derived.id])]];
    }),
  );
  for (const [index, [key, ids]] of keys.entries()) {
    for (const id of ids) {
      if (byId.has(id)) {
        throw new StoreError(
          'INVALID_OPTION',
          `[${store}] password[${index}] has the same secret or id as an earlier entry. Give every password a unique secret and id.`,
        );
      }
      byId.set(id, key);
    }
  }
  const [[current]] = keys as [[SealingKey, string[]]];
  return {
    current,
    find(id, now) {
      const key = byId.get(id);
      return key?.retiresAt !== undefined && now >= key.retiresAt ? undefined : key;
    },
  };
}
