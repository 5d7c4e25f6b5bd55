/**
 * Generates a password for sealing sessions: 32 random bytes as 43 characters of base64url.
 *
 * Keep it in a secret store and give it to every server. Anyone who has it can open and forge any session.
 *
 * @example
 * import { generatePassword } from '@store/cookie';
 *
 * // Or on the command line: npx -p @store/cookie store-cookie-password
 * const password = generatePassword();
 * console.log(password.length); // 43
 */
export function generatePassword(): string {
  return btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
