import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Awaitable } from '@store/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Backend, type Contender, contendersOf, type OpenContender } from '../contender.ts';
import { countView, sessionContent, sessionId } from '../workload/content.ts';

const id = sessionId(1);
const other = sessionId(2);
const content = sessionContent(1);

/**
 * Proves of every contender of a backend that what it is measured doing really happens.
 *
 * @param everyRow All that the backend holds for the contender on this directory, read behind its back. Leave out where there
 *   is nothing at rest, as with cookies.
 */
export function proveContenders(backend: Backend, everyRow?: (directory: string) => Awaitable<string>): void {
  describe.each(contendersOf(backend))('$name', ({ open }: Contender) => {
    let directory: string;
    let store: OpenContender;
    const load = async (wanted: string) => store.contentOf(await store.load(wanted)) ?? undefined;

    beforeEach(async () => {
      directory = mkdtempSync(join(tmpdir(), 'store-bench-'));
      store = await open(directory);
    });
    afterEach(async () => {
      vi.useRealTimers();
      await store.close();
      rmSync(directory, { recursive: true });
    });

    it('gives back what was saved', async () => {
      await store.saveNew(id, content);
      expect(await load(id)).toEqual(content);
    });

    it('finds nothing under an id that was never saved', async () => {
      await store.saveNew(id, content);
      expect(await load(other)).toBeUndefined();
    });

    it('keeps the later of two saves, as one session', async ({ skip }) => {
      if (!store.saveOver) return skip('it cannot write a session twice');
      await store.saveNew(id, content);
      await store.saveOver(id, sessionContent(2));
      expect(await load(id)).toEqual(sessionContent(2));
      expect(await store.rows()).toBe(1);
    });

    it('writes what a request makes of the session it loaded', async ({ skip }) => {
      if (!store.update) return skip('it cannot write a session twice');
      await store.saveNew(id, content);
      for (let request = 1; request <= 3; request++) await store.update(id, await store.load(id), countView);
      expect((await load(id))?.data).toEqual({ ...content.data, views: 3 });
      expect(await store.rows()).toBe(1);
    });

    it('removes a destroyed session, and no other', async () => {
      await store.saveNew(id, content);
      await store.saveNew(other, sessionContent(2));
      expect(await store.rows()).toBe(2);
      await store.destroy(id);
      expect(await store.rows()).toBe(1);
      expect(await load(id)).toBeUndefined();
      expect(await load(other)).toEqual(sessionContent(2));
    });

    it('holds every session that was saved in bulk, when it has settled', async () => {
      await store.bulk(async () => {
        await Promise.all([store.saveNew(id, content), store.saveNew(other, sessionContent(2))]);
      });
      await store.settle();
      expect(await store.rows()).toBe(2);
      expect(await load(id)).toEqual(content);
    });

    if (!everyRow) return;

    it('keeps at rest what was saved', async () => {
      await store.saveNew(id, content);
      expect(await everyRow(directory)).toContain('maria.anders.1@example.com');
    });

    it('moves the end of a touched session and leaves its content', async ({ skip }) => {
      if (!store.touch) return skip('it has no touch');
      await store.saveNew(id, content);
      const before = await everyRow(directory);
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 600_000 });
      await store.touch(id, await store.load(id));
      expect(await everyRow(directory)).not.toBe(before);
      expect(await load(id)).toEqual(content);
    });

    it('removes expired sessions when it collects garbage, and finds them no more before', async ({
      skip,
    }) => {
      if (!store.gc || !store.saveExpired) return skip('it has no garbage collection');
      await store.saveNew(id, content);
      await store.saveExpired(other, content);
      expect(await store.rows()).toBe(2);
      expect(await load(other)).toBeUndefined();
      await store.gc();
      expect(await store.rows()).toBe(1);
      expect(await load(id)).toEqual(content);
    });
  });
}
