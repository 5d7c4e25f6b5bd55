import { openSession, type Session } from '@store/session';
import { getSession, withSession } from '@store/session/express';
import { sessionHandler } from '@store/session/fetch';
import type { SessionVariables } from '@store/session/hono';
import express from 'express';
import fastify from 'fastify';
import Koa from 'koa';
import { expectTypeOf, it } from 'vitest';

// `express-shop.ts`, in this program, declares `SessionTypes`.
type Cart = readonly string[] | undefined;

it('gives every session the types that SessionTypes declares once for the application', async () => {
  const { session } = await openSession('');
  expectTypeOf(session.get('cart')).toEqualTypeOf<Cart>();
  expectTypeOf(session.getFlash('notice')).toEqualTypeOf<string | undefined>();
  // @ts-expect-error a key that is not declared
  session.get('missing');
  // @ts-expect-error a value of another type
  session.set('name', 7);
  // @ts-expect-error a flash key that is not declared
  session.flash('missing', '');

  expectTypeOf(getSession({}).get('cart')).toEqualTypeOf<Cart>();
  expectTypeOf<SessionVariables['session']>().toEqualTypeOf<Session>();
  sessionHandler((_request, visitor) => {
    expectTypeOf(visitor.get('cart')).toEqualTypeOf<Cart>();
    return new Response();
  });
  express().get(
    '/:item',
    withSession((request) => {
      expectTypeOf(request.params.item).toEqualTypeOf<string>();
      expectTypeOf(request.session.get('cart')).toEqualTypeOf<Cart>();
    }),
  );
  fastify().get('/', async ({ session: visitor }) => {
    expectTypeOf(visitor.get('cart')).toEqualTypeOf<Cart>();
    // @ts-expect-error a key that is not declared
    visitor.get('missing');
  });
  new Koa().use((ctx) => {
    expectTypeOf(ctx.session.get('cart')).toEqualTypeOf<Cart>();
    // @ts-expect-error a key that is not declared
    ctx.session.get('missing');
  });
});

it('gives type arguments on a call precedence', async () => {
  interface Sign {
    state: string;
  }
  expectTypeOf(getSession<Sign>({}, 'oauth').get('state')).toEqualTypeOf<string | undefined>();
  const { session } = await openSession<Sign>('');
  // @ts-expect-error declared for the application, but not for this session
  session.get('cart');
});
