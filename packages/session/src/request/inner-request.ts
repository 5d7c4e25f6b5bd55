/** The properties in which frameworks keep the underlying request. */
interface Wrapper {
  /** Fastify's request, Hono's request. */
  raw?: unknown;
  /** Koa's and Hono's context, Express's response. */
  req?: unknown;
  /** The event or context of SvelteKit, React Router and Astro. */
  request?: unknown;
  /** The event of Nitro and h3, on Node. */
  node?: { req?: unknown };
}

/**
 * A framework's request, context or event, and the requests it wraps: Hono's context holds Hono's request, which holds the
 * runtime's.
 */
export function* requestsIn(wrapper: unknown): Generator<object> {
  let request: unknown = wrapper;
  // No framework wraps more deeply, and the limit ends the loop for an object that refers to itself.
  for (let depth = 0; depth < 4 && typeof request === 'object' && request !== null; depth += 1) {
    yield request;
    const { raw, req, request: inner, node } = request as Wrapper;
    request = [raw, req, inner, node?.req].find((each) => typeof each === 'object' && each !== null);
  }
}
