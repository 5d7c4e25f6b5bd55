// Visits a server and keeps its cookies, as a browser would over https.
export function createBrowser(send, origin) {
  const cookies = new Map();
  return async (path, init = {}) => {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
    const headers = { ...init.headers, ...(cookie && { cookie }) };
    const response = await send(new Request(new URL(path, origin), { redirect: 'manual', ...init, headers }));
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      cookies.set(name, value);
    }
    return response.text();
  };
}
