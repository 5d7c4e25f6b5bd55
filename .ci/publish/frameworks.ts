/** A framework next to @store/session, and the smallest application that signs in with a redirect. */
export interface Framework {
  title: string;
  /** What its application installs besides @store/core and @store/session. */
  packages: string[];
  /** The packages that contain its types, if they are published separately. */
  types: string[];
  /** An application that declares its `SessionTypes`, for the compiler and for Node. */
  program: string;
}

/** Declares the types through the framework's entry point, because applications import no other. */
const declareTypes = (entry: string) => `
declare module '@store/session/${entry}' {
  interface SessionTypes {
    data: { name: string };
  }
}
`;

const express = (major: number): Framework => ({
  title: `Express ${major}`,
  packages: [`express@${major}`],
  types: [`@types/express@${major}`],
  program: `import { sessionMiddleware, withSession } from '@store/session/express';
import express from 'express';
${declareTypes('express')}
export const app = express();
app.use(sessionMiddleware());
app.post('/sign-in', withSession((request, response) => {
  request.session.set('name', 'Ada');
  response.redirect(303, '/');
}));
app.get('/', withSession(({ session }, response) => {
  const name: string | undefined = session.get('name');
  // @ts-expect-error a key that is not declared
  session.get('nam');
  response.send(name);
}));
`,
});

const fastify = (major: number): Framework => ({
  title: `Fastify ${major}`,
  packages: [`fastify@${major}`],
  types: [],
  program: `import { sessionPlugin } from '@store/session/fastify';
import fastify from 'fastify';
${declareTypes('fastify')}
export const app = fastify();
app.register(sessionPlugin);
app.post('/sign-in', async (request, reply) => {
  request.session.set('name', 'Ada');
  return reply.redirect('/', 303);
});
app.get('/', async ({ session }) => {
  const name: string | undefined = session.get('name');
  // @ts-expect-error a key that is not declared
  session.get('nam');
  return name;
});
`,
});

const hono = (major: number): Framework => ({
  title: `Hono ${major}`,
  packages: [`hono@${major}`],
  types: [],
  program: `import { type SessionVariables, sessionMiddleware } from '@store/session/hono';
import { Hono } from 'hono';
${declareTypes('hono')}
export const app = new Hono<{ Variables: SessionVariables }>();
app.use('*', sessionMiddleware());
app.post('/sign-in', (c) => {
  c.get('session').set('name', 'Ada');
  return c.redirect('/', 303);
});
app.get('/', (c) => {
  const name: string | undefined = c.get('session').get('name');
  // @ts-expect-error a key that is not declared
  c.get('session').get('nam');
  return c.text(\`\${name}\`);
});
`,
});

const koa = (major: number): Framework => ({
  title: `Koa ${major}`,
  packages: [`koa@${major}`],
  types: [`@types/koa@${major}`],
  program: `import { sessionMiddleware } from '@store/session/koa';
import Koa from 'koa';
${declareTypes('koa')}
export const app = new Koa();
app.use(sessionMiddleware());
app.use((ctx) => {
  if (ctx.path === '/sign-in') {
    ctx.session.set('name', 'Ada');
    ctx.status = 303;
    ctx.redirect('/');
    return;
  }
  const name: string | undefined = ctx.session.get('name');
  // @ts-expect-error a key that is not declared
  ctx.session.get('nam');
  ctx.body = name;
});
`,
});

const none: Framework = {
  title: 'no framework',
  packages: [],
  types: [],
  program: `import { sessionHandler } from '@store/session/fetch';
${declareTypes('fetch')}
export const app = {
  fetch: sessionHandler(({ method }, session) => {
    if (method === 'POST') {
      session.set('name', 'Ada');
      return new Response(null, { status: 303, headers: { location: '/' } });
    }
    const name: string | undefined = session.get('name');
    // @ts-expect-error a key that is not declared
    session.get('nam');
    return new Response(name);
  }),
};
`,
};

/** Frameworks whose applications are installed, type-checked and visited. */
export const frameworks: Framework[] = [none, express(4), express(5), fastify(5), hono(4), koa(3)];

/** Frameworks that also work but are only resolved here, to check that no peer range prevents installing @store/session next to them. */
export const olderFrameworks: Framework[] = [fastify(4), hono(3), koa(2)];
