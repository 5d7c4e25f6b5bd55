export { type DerivedKeys, deriveKeys } from './derive-keys.ts';
export { generatePassword } from './generate-password.ts';
export type { CookiePassword } from './passwords.ts';
export { type CookieSessionOptions, startSession } from './start-session.ts';
