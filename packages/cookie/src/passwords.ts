import { assertKnownOptions, invalidOption, StoreError } from '@store/core/driver';

/** A password with what one may want to say about it. */
export interface CookiePassword {
  /**
   * Names it in the seals and in events: up to 64 letters, digits and `_`. Seals made before it had a name still open.
   * @default a hash of its derived keys
   */
  id?: string;
  /** At least 32 random characters, as `generatePassword()` makes them. */
  secret: string;
  /** From this moment on it opens nothing. Not for the first password, which seals. @default never */
  retireAfter?: Date;
}

const shortest = 32;
const takes = `a secret of at least ${shortest} characters, { id, secret, retireAfter }, or a list of them; make one with \`npx -p @store/cookie store-cookie-password\``;

/**
 * Brings the `password` option to one form. The first one seals, all open.
 *
 * @throws {StoreError} `INVALID_OPTION` for an empty list, a secret under 32 characters, a malformed id, or a first password
 * that is to be retired. The text never quotes a secret.
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
      const wish = 'left out of the first password, which seals: put its successor in front';
      throw invalidOption(store, `${option}.retireAfter`, wish, retireAfter);
    }
    return { secret, ...(id !== undefined && { id }), ...(retireAfter !== undefined && { retireAfter }) };
  });
}

/** Other options show the number they got; a number given as a password may be the password. */
function refused(store: string, option: string, got: unknown): StoreError {
  if (typeof got !== 'number') return invalidOption(store, option, takes, got);
  return new StoreError('INVALID_OPTION', `[${store}] ${option} must be ${takes}, not a number.`);
}
