import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openSite } from '../../test/site.ts';
import { type Session, sessionHandler } from '../fetch.ts';
import { createSchemaCheck } from './schema-check.ts';
import type { SessionSchema } from './standard-schema.ts';

const shop = z.object({ name: z.string().min(2), cart: z.array(z.object({ price: z.number() })) });

describe('a schema', () => {
  it('of Zod gives the session its type', () => {
    sessionHandler(
      (_request, session) => {
        const typed: Session<z.infer<typeof shop>> = session;
        return Response.json(typed.get('cart')?.[0]?.price);
      },
      { schema: shop },
    );
  });

  it('judges each key alone, so that a session can be filled one key at a time', () => {
    const check = createSchemaCheck(shop);
    check.assert(() => ({}), 'name', 'Ada');
    expect(() => check.assert(() => ({}), 'name', 'A')).toThrow(/data\.name does not fit the schema/);
    expect(() => check.assert(() => ({ name: 'A' }), 'cart', [{ price: 'free' }])).toThrow(
      expect.objectContaining({ code: 'INVALID_VALUE' }),
    );
    check.assert(() => ({ name: 'A' }), 'cart', [{ price: 1 }]);
    expect(check.misfits({ name: 'A', cart: [], other: 1 })).toEqual(['name']);
    expect(check.misfits({ cart: [] })).toEqual([]);
  });

  it('also judges what update makes of a newer value', async () => {
    const small: SessionSchema<{ name: string; n: number }> = z.object({
      name: z.string(),
      n: z.number().max(2),
    });
    const site = openSite({ schema: small });
    await site.visit((session) => session.set('n', 1));
    const [id = ''] = site.cookies.values();
    const late = site.visit(async (session) => {
      session.update('n', (n = 0) => n + 1);
      await site.store.update(id, ({ data, flash }) => ({ data: { ...data, n: 2 }, flash }));
    });
    await expect(late).rejects.toMatchObject({ code: 'INVALID_VALUE', status: 500 });
    expect((await site.store.load(id)).data).toEqual({ n: 2 });
  });

  it('that answers with a promise is refused, since the faulty line would be gone by then', () => {
    const slow: SessionSchema = { '~standard': { version: 1, vendor: 'test', validate: async () => ({}) } };
    expect(() => createSchemaCheck(slow).assert(() => ({}), 'a', 1)).toThrow(/validates synchronously/);
  });
});
