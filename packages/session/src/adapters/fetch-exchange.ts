import type { ResponseHeaders } from '../lifecycle/cache-headers.ts';
import type { RequestFacts } from '../lifecycle/open-exchange.ts';
import { isForwardedHttps } from './forwarded-https.ts';

/** What the lifecycle must know of a web-standard request. */
export function factsOf(request: Request): RequestFacts {
  // A request's URL is absolute and normalized, so it need not be parsed again.
  const { url } = request;
  return {
    cookieHeader: request.headers.get('Cookie'),
    host: url.split('/', 3)[2],
    https: url.startsWith('https:') || isForwardedHttps(request.headers.get('X-Forwarded-Proto')),
  };
}

/** Headers to change on a response, and the response that then has them. */
export function editResponse(response: Response): { headers: ResponseHeaders; response(): Response } {
  let edited = response;
  let isOwn = false;
  const edit = (change: (headers: Headers) => void, isPersonal = false) => {
    // A response without a body may be one object that the application returns to everybody: one visitor's cookie must not
    // stay on it. A body can be sent once only, so such a response is this request's own, unless its headers are immutable.
    // Asked only then: @hono/node-server makes a real Response, and a stream, of one whose body is looked at.
    if (isPersonal && !isOwn) {
      if (edited.body === null) edited = copy(edited);
      isOwn = true;
    }
    try {
      change(edited.headers);
    } catch {
      edited = copy(edited);
      change(edited.headers);
    }
  };
  return {
    headers: {
      get: (name) => edited.headers.get(name) ?? undefined,
      set: (name, value) => edit((headers) => headers.set(name, value)),
      append: (name, value) => edit((headers) => headers.append(name, value), name === 'Set-Cookie'),
    },
    response: () => edited,
  };
}

function copy(response: Response): Response {
  return new Response(response.body, response);
}
