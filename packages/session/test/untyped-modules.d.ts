// The package's own types would declare `request.session` for the whole program.
declare module 'express-session' {
  import type { RequestHandler } from 'express';

  export default function session(options: object): RequestHandler;
}

// Express 4 under another name, used like Express 5.
declare module 'express4' {
  import express from 'express';

  export default express;
}

declare module '@fastify/session' {
  import type { FastifyPluginCallback } from 'fastify';

  const plugin: FastifyPluginCallback<{ secret: string; saveUninitialized?: boolean; cookie?: object }>;
  export default plugin;
}

declare module 'koa-session' {
  import type { Middleware } from 'koa';

  export default function session(options: object, app: object): Middleware;
}

// Koa 2 under another name, used like Koa 3.
declare module 'koa2' {
  import Koa from 'koa';

  export default Koa;
}
