import { type Connection, cookieAfter } from './connection.ts';
import { shopContent } from './shop-content.ts';

/** Gives each of `count` visitors a filled session. @returns their `Cookie` headers */
export async function signIn(connection: Connection, count: number): Promise<string[]> {
  const cookies: string[] = [];
  for (let n = 0; n < count; n++) {
    const { setCookies } = await connection.get(`/fill/${n}`, '');
    cookies.push(cookieAfter('', setCookies));
  }
  return cookies;
}

/**
 * Makes sure that what is measured really happens: each visitor reads the own session, and `rw` counts, also seen by the next
 * request. The browser keeps the cookies it gets.
 *
 * @throws when the application does not keep sessions.
 */
export async function proveSessions(connection: Connection, cookies: readonly string[]): Promise<void> {
  const expect = async (path: string, cookie: string, expected: string) => {
    const { text, setCookies } = await connection.get(path, cookie);
    if (text !== expected) throw new Error(`${path} was answered with ${text}, not ${expected}.`);
    return cookieAfter(cookie, setCookies);
  };
  for (const [n, first] of cookies.entries()) {
    let cookie = await expect('/read', first, shopContent(n).user.email);
    for (let views = 1; views <= 3; views++) {
      cookie = await expect('/rw', cookie, String(views));
      cookie = await expect('/views', cookie, String(views));
    }
  }
}
