import { deriveKeys } from '@store/cookie';
import { defaults, unseal } from 'iron-webcrypto';

/** How another program opens a cookie. It must check `expiresAt` itself, or accept Iron's minute of grace. */
export async function contentOf(cookieValue: string, password: string): Promise<unknown> {
  const keys = await deriveKeys(password);
  return unseal(cookieValue, { [keys.id]: keys }, defaults);
}
