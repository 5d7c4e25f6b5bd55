import { assertKnownOptions, invalidOption, StoreError } from '@store/core/driver';

/**
 * A password with optional settings.
 *
 * @example
 * import { type CookiePassword, generatePassword, startSession } from '@store/cookie';
 *
 * const former: CookiePassword = { secret: generatePassword(), retireAfter: new Date('2100-01-01') };
 * const current: CookiePassword = { id: 'spring', secret: generatePassword() };
 * await startSession({ password: [current, former] }); // `current` seals, both open
 */
export interface CookiePassword {
  /**
   * Identifies the password in seals and events: up to 64 letters, digits and `_`. Seals made before you set it still open.
   * @default a hash of its derived keys
   */
  id?: string;
  /** At least 32 random characters, as `generatePassword()` makes them. */
  secret: string;
  /** From this moment on, the password opens nothing. Not allowed for the first password, which seals. @default never */
  retireAfter?: Date;
}

const shortest = 32;
const takes = `a secret of at least ${shortest} characters, { id, secret, retireAfter }, or a list of them; make one with \`npx -p @store/cookie store-cookie-password\``;

/**
 * Normalizes the `password` option to a list. The first password is used for sealing; any of them can open a seal.
 *
 * @throws {StoreError} `INVALID_OPTION` for an empty list, a secret under 32 characters, a malformed id, or a first password
 * with `retireAfter`. The text never quotes a secret.
 */
export function assertPasswords(store: string, password: unknown): CookiePassword[] {
  const list: unknown[] = Array.isArray(password) ? password : [password];
  if (list.length === 0) throw invalidOption(store, 'password', takes, password);
  return list.map((entry, index) => {
    const option = Array.isArray(password) ? `password[${index}]` : 'password';
    const given = typeof entry === 'string' ? { secret: entry } : entry;
    if (typeof given !== 'object' || given === null) throw refused(store, option, entry);
    assertKnownOptions(store, given, ['id', 'secret', 'retireAfter'], option);
    const { id, secret, retireAfter } = given as Partial<CookiePassword>;
    if (typeof secret !== 'string' || secret.length < shortest || !secret.isWellFormed()) {
      throw refused(store, typeof entry === 'string' ? option : `${option}.secret`, secret);
    }
    if (id !== undefined && (typeof id !== 'string' || !/^\w{1,64}$/.test(id))) {
      throw invalidOption(store, `${option}.id`, '1 to 64 letters, digits and _', id);
    }
    if (
      retireAfter !== undefined &&
      !(retireAfter instanceof Date && Number.isFinite(retireAfter.getTime()))
    ) {
      throw invalidOption(store, `${option}.retireAfter`, 'a valid Date', retireAfter);
    }
    if (retireAfter !== undefined && index === 0) {
      const expected = 'left out for the first password, which seals: put its successor first';
      throw invalidOption(store, `${option}.retireAfter`, expected, retireAfter);
    }
    return { secret, ...(id !== undefined && { id }), ...(retireAfter !== undefined && { retireAfter }) };
  });
}

/** `invalidOption` would quote a number, but a number passed here may be the password itself. */
function refused(store: string, option: string, got: unknown): StoreError {
  if (typeof got !== 'number') return invalidOption(store, option, takes, got);
  return new StoreError('INVALID_OPTION', `[${store}] ${option} must be ${takes}, not a number.`);
}
