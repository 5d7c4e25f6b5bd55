import express from 'express';
import fastify from 'fastify';
import { expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { getSession, withSession } from '../express.ts';
import { sessionPlugin } from '../fastify.ts';
import { sessionHandler } from '../fetch.ts';
import type { ImmutableJson, Session, SessionSchema } from '../index.ts';

interface Shop {
  userId: string;
  cart: { items: string[]; pair: [number, string] };
}

declare const session: Session<Shop, { notice: string }>;

it('types values by the type argument, deeply readonly', () => {
  expectTypeOf(session.get('userId')).toEqualTypeOf<string | undefined>();
  expectTypeOf(session.get('cart')?.items).toEqualTypeOf<readonly string[] | undefined>();
  expectTypeOf(session.get('cart')?.pair).toEqualTypeOf<readonly [number, string] | undefined>();
  expectTypeOf(session.getFlash('notice')).toEqualTypeOf<string | undefined>();
  expectTypeOf<Session['get']>().returns.toEqualTypeOf<ImmutableJson | undefined>();
  // @ts-expect-error a key that does not exist
  session.get('missing');
  // @ts-expect-error a value of another type
  session.set('userId', 7);
  // @ts-expect-error a value that was read cannot be changed in place
  session.get('cart')?.items.push('tea');
});

it('accepts the values that it returned', () => {
  const cart = session.get('cart');
  if (cart) session.set('cart', { ...cart, items: [...cart.items, 'tea'] });
});

it("is available in handlers of withSession, and the route's params keep their type", () => {
  const app = express();
  app.get(
    '/items/:item',
    withSession((request, response) => {
      expectTypeOf(request.params.item).toEqualTypeOf<string>();
      expectTypeOf(request.session).toEqualTypeOf<Session>();
      response.json(request.session.get('any'));
    }),
  );
  app.get(
    '/cart',
    withSession<Shop, { notice: string }>((request) => {
      expectTypeOf(request.session.get('userId')).toEqualTypeOf<string | undefined>();
      expectTypeOf(request.session.getFlash('notice')).toEqualTypeOf<string | undefined>();
    }),
  );
  expectTypeOf(getSession<Shop>({})).toEqualTypeOf<Session<Shop>>();
});

it('never returns undefined when a default is given', () => {
  expectTypeOf(session.get('userId', 'nobody')).toEqualTypeOf<string>();
});

it('infers the data from a schema', () => {
  const schema = {} as SessionSchema<Shop>;
  sessionHandler(
    (_request, typed) => {
      expectTypeOf(typed.get('userId')).toEqualTypeOf<string | undefined>();
      return new Response();
    },
    { schema },
  );
});

it('types the options of Fastify’s register', () => {
  const app = fastify();
  app.register(sessionPlugin);
  app.register(sessionPlugin, {
    gcProbability: 0,
    prefix: '/shop',
    peek: ({ routeOptions }) => !routeOptions.url,
  });
  app.register(sessionPlugin, { schema: z.object({ n: z.number() }) });
  // @ts-expect-error an option that does not exist
  app.register(sessionPlugin, { gcProbabilty: 0 });
  // @ts-expect-error an option of another type
  app.register(sessionPlugin, { gcProbability: 'never' });
  fastify({ http2: true }).register(sessionPlugin, { lazy: true });
});
