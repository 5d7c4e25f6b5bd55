import { Client } from 'undici';

/** One keep-alive connection to a server, with one request at a time. */
export interface Connection {
  /** Reads the whole response. @throws if its status is not 200 */
  get(path: string, cookie: string): Promise<Answer>;
  close(): Promise<void>;
}

export interface Answer {
  text: string;
  /** The `Set-Cookie` values. */
  setCookies: string[];
}

export function openConnection(origin: string): Connection {
  const idle = 600_000;
  const client = new Client(origin, { keepAliveTimeout: idle, keepAliveMaxTimeout: idle });
  return {
    get: (path, cookie) =>
      new Promise((resolve, reject) => {
        let text = '';
        let setCookies: string[] = [];
        let status = 0;
        client.dispatch(
          { method: 'GET', path, headers: { cookie } },
          {
            onRequestStart() {},
            onResponseStart(_, statusCode, headers) {
              status = statusCode;
              setCookies = [headers['set-cookie'] ?? []].flat();
            },
            onResponseData(_, chunk) {
              text += chunk;
            },
            onResponseEnd() {
              if (status === 200) resolve({ text, setCookies });
              else reject(new Error(`${path} returned ${status}: ${text}`));
            },
            onResponseError: (_, error) => reject(error),
          },
        );
      }),
    close: () => client.close(),
  };
}

/** The `Cookie` header of a browser that had `cookie` and received these `Set-Cookie` values. */
export function cookieAfter(cookie: string, setCookies: readonly string[]): string {
  const jar = new Map<string, string>();
  for (const pair of [...cookie.split('; '), ...setCookies.map((one) => one.split(';')[0] ?? '')]) {
    if (pair) jar.set(pair.slice(0, pair.indexOf('=')), pair);
  }
  return [...jar.values()].join('; ');
}
