import { afterEach, describe, expect, it } from 'vitest';
import { addToCart, startSession as startFourFunctions } from '../test/examples/four-functions.ts';
import { startSession as startRecordDriver } from '../test/examples/record-driver.ts';
import { createSessionId, destroy, load, type SessionContent, save, uncacheStore, update } from './index.ts';
import { startSession } from './memory.ts';

afterEach(() => {
  uncacheStore();
});

describe("the README's examples", () => {
  it.each([
    ['four functions', startFourFunctions],
    ['a record storage', startRecordDriver],
  ])('fill a cart on %s', async (_, start) => {
    await start();
    const id = createSessionId();
    expect(await addToCart(id, 'apple')).toBe(1);
    const counts = await Promise.all(['pear', 'plum', 'fig'].map((item) => addToCart(id, item)));
    expect(counts).toEqual([2, 3, 4]);
    expect((await load(id)).data).toEqual({ cart: ['apple', 'pear', 'plum', 'fig'] });
  });

  it('log out with the old id after a login has moved the session', async () => {
    await startSession();
    const [oldId, newId] = [createSessionId(), createSessionId()];
    await save(oldId, { cart: ['tea'] }, {});
    const keep = (content: SessionContent) => content;
    await update(oldId, keep, { newId, subject: 'ada' });
    expect((await load(oldId)).moved).toBe(true);
    await destroy(oldId);
    expect((await load(newId)).exists).toBe(false);
  });
});
