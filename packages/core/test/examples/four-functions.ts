import {
  cacheStore,
  createStore,
  load,
  type SessionContent,
  type SessionStore,
  type StoreDriver,
  save,
  update,
} from '@store/core';

const sessions = new Map<string, SessionContent>();

export const mapDriver: StoreDriver = {
  load: (id) => sessions.get(id),
  save: (id, data, flash) => void sessions.set(id, { data, flash }),
  destroy: (id) => void sessions.delete(id),
  gc() {},
};

export function startSession(): SessionStore {
  const store = createStore(mapDriver);
  cacheStore(store);
  return store;
}

export async function addToCart(id: string, item: string): Promise<number> {
  const session = await load(id);
  if (!session.exists) {
    await save(id, { cart: [item] }, { notice: 'Your first item!' });
    return 1;
  }
  let items = 0;
  await update(
    id,
    ({ data, flash }) => {
      const cart = [...((data.cart as string[] | undefined) ?? []), item];
      items = cart.length;
      return { data: { ...data, cart }, flash };
    },
    { base: session },
  );
  return items;
}
