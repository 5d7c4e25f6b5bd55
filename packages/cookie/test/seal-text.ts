import { defaults, seal } from 'iron-webcrypto';
import { deriveKeys } from '../src/index.ts';

/** Seals a text as another program, or another version of this package, would. */
export async function sealText(password: string, text: string): Promise<string> {
  const keys = await deriveKeys(password);
  return seal(text, keys, { ...defaults, ttl: 7_200_000, encode: (value) => value as string });
}
