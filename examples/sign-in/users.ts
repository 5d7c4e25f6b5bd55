import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

export interface User {
  id: string;
  name: string;
}

// In a real application, this is a database table. The passwords are "analytical engine" and "first compiler".
const users = [
  {
    id: '1',
    name: 'ada',
    salt: 'uEW-KubYhaMVf7uGAdlZeg',
    hash: 'l6zHRHu2vWn-9wxfd6oJbvkqnnGrWk65mJHPGo_hVeg',
  },
  {
    id: '2',
    name: 'grace',
    salt: 'T5o7LCoBYnQW_L_JyL3cfQ',
    hash: 'IVfN_oAnMZTB4Jf_72Ky48SXNq1W7gdVm75evQgeO4w',
  },
];
const nobody = { salt: 'none', hash: randomBytes(32).toString('base64url') };

const derive = promisify<string, string, number, ScryptOptions, Buffer>(scrypt);
const cost = { N: 2 ** 14, r: 8, p: 5 }; // one of the settings that OWASP recommends

/** The user whose name and password the form contains; `undefined` for a wrong password, an unknown name, or an invalid form. */
export async function verify(form: unknown): Promise<User | undefined> {
  const { name, password } = (form ?? {}) as { name?: unknown; password?: unknown };
  if (typeof name !== 'string' || typeof password !== 'string') return undefined;
  const user = users.find((each) => each.name === name);
  // Hash even for an unknown name; otherwise, the response time would reveal which names exist.
  const { salt, hash } = user ?? nobody;
  const isRight = timingSafeEqual(await derive(password, salt, 32, cost), Buffer.from(hash, 'base64url'));
  return isRight ? user : undefined;
}
