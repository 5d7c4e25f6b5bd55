import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openLoaded } from '../../test/opened.ts';
import { openSite } from '../../test/site.ts';
import { type Session, sessionHandler } from '../fetch.ts';
import { SchemaCheck, type SessionSchema } from './schema.ts';

const shop = z.object({ name: z.string().min(2), cart: z.array(z.object({ price: z.number() })) });

describe('a schema', () => {
  it('from Zod gives the session its type', () => {
    sessionHandler(
      (_request, session) => {
        const typed: Session<z.infer<typeof shop>> = session;
        return Response.json(typed.get('cart')?.[0]?.price);
      },
      { schema: shop },
    );
  });

  it('checks each key separately, so that a session can be filled one key at a time', () => {
    const check = new SchemaCheck(shop);
    check.assert('name', 'Ada');
    expect(() => check.assert('name', 'A')).toThrow(/data\.name does not fit the schema/);
    expect(() => check.assert('cart', [{ price: 'free' }])).toThrow(
      expect.objectContaining({ code: 'INVALID_VALUE' }),
    );
    check.assert('cart', [{ price: 1 }]);
    expect(check.invalidKeys({ name: 'A', cart: [], other: 1 })).toEqual(['name']);
    expect(check.invalidKeys({ cart: [] })).toEqual([]);
  });

  it('also checks the value that update computes from a newer one', async () => {
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

  it('that returns a promise is rejected, because the error could not be thrown at the faulty line', () => {
    const slow: SessionSchema = { '~standard': { version: 1, vendor: 'test', validate: async () => ({}) } };
    expect(() => new SchemaCheck(slow).assert('a', 1)).toThrow(/validates synchronously/);
  });

  it('checks only one value per set, however many the session holds', () => {
    let looked = 0;
    const counting: SessionSchema = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate(value) {
          looked += Object.keys(value as object).length;
          return {};
        },
      },
    };
    const { session } = openLoaded({}, { schema: counting as SessionSchema<never> });
    for (let n = 0; n < 100; n++) session.set(`key${n}`, n);
    expect(looked).toBe(100);
  });
});
