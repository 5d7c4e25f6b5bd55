import type { OpenContender } from '../contender.ts';
import { sessionContent, sessionId } from './content.ts';

/** The number of parallel saves: enough for a store that commits writes together. */
const together = 200;

/** Saves sessions numbered from `from` upward. @param now In the past for sessions that should already be expired. */
export async function fill(store: OpenContender, from: number, count: number, now?: number): Promise<void> {
  async function save() {
    for (let n = from; n < from + count; n += together) {
      const size = Math.min(together, from + count - n);
      const numbers = Array.from({ length: size }, (_, index) => n + index);
      await Promise.all(numbers.map((number) => store.save(sessionId(number), sessionContent(number), now)));
    }
  }
  await (store.bulk ? store.bulk(save) : save());
}

/** Checks that no session was lost and none is left over. */
export async function expectRows(name: string, store: OpenContender, expected: number): Promise<void> {
  const rows = await store.rows();
  if (rows !== expected) throw new Error(`${name} holds ${rows} sessions, not ${expected}.`);
}
