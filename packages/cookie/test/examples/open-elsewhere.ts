import { deriveKeys } from '@store/cookie';
import { defaults, unseal } from 'iron-webcrypto';

/** What another program does to look into a cookie. Of expiry it must judge `expiresAt` itself, or trust Iron's minute of grace. */
export async function contentOf(cookieValue: string, password: string): Promise<unknown> {
  const keys = await deriveKeys(password);
  return unseal(cookieValue, { [keys.id]: keys }, defaults);
}
