/** Keeps the cookies of one site as a browser does: name to value, removed by Max-Age=0. */
export function createCookieJar() {
  const cookies = new Map<string, string>();
  return {
    cookies,
    header: () => [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
    keep(setCookies: readonly string[]) {
      for (const setCookie of setCookies) {
        const [pair = ''] = setCookie.split(';');
        const name = pair.slice(0, pair.indexOf('='));
        if (/; Max-Age=0/.test(setCookie)) cookies.delete(name);
        else cookies.set(name, pair.slice(pair.indexOf('=') + 1));
      }
    },
  };
}

export type Fetch = (request: Request) => Promise<Response>;

/** A browser that talks to a fetch handler and keeps its cookies. */
export function createBrowser(fetch: Fetch, origin = 'https://shop.example') {
  const jar = createCookieJar();
  return {
    ...jar,
    async visit(path = '/', init: RequestInit = {}): Promise<Response> {
      const headers = new Headers(init.headers);
      const cookie = jar.header();
      if (cookie) headers.set('Cookie', cookie);
      const response = await fetch(new Request(new URL(path, origin), { ...init, headers }));
      jar.keep(response.headers.getSetCookie());
      return response;
    },
  };
}
