import type { RequestHandler } from 'express';

/**
 * Refuses forms from another site's page (CSRF). The cookie's SameSite=Lax already keeps browsers from sending it with such
 * requests; this also covers pages on a neighboring subdomain, which count as the same site.
 */
export const sameOrigin: RequestHandler = (request, response, next) => {
  const { origin, host } = request.headers;
  const isSafe = request.method === 'GET' || request.method === 'HEAD';
  if (isSafe || origin === undefined || hostOf(origin) === host) return next();
  response.status(403).type('text').send('This form can only be sent from its own page.');
};

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
