import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Contender, contendersOf, type OpenContender } from '../../contender.ts';
import { countView, sessionContent, sessionId } from '../../workload/content.ts';
import { file } from './file.ts';

const id = sessionId(1);
const content = sessionContent(1);

/** Every file of the contender with its time, which is where some keep the expiry. */
function everyFile(directory: string): string {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => `${path} ${statSync(path).mtimeMs} ${readFileSync(path, 'utf8')}`)
    .join('\n');
}

describe.each(contendersOf(file))('$name', ({ open }: Contender) => {
  let directory: string;
  let store: OpenContender;
  const load = async (wanted: string) => store.contentOf(await store.load(wanted));

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'store-bench-'));
    store = await open(directory);
  });
  afterEach(async () => {
    vi.useRealTimers();
    await store.close();
    rmSync(directory, { recursive: true });
  });

  it('gives back what was saved, from a file', async () => {
    await store.saveNew(id, content);
    expect(await load(id)).toEqual(content);
    expect(everyFile(directory)).toContain('maria.anders.1@example.com');
  });

  it('finds nothing under an id that was never saved', async () => {
    await store.saveNew(id, content);
    expect((await load(sessionId(2))) ?? undefined).toBeUndefined();
  });

  it('keeps the later of two saves, in one file', async ({ skip }) => {
    if (!store.saveOver) return skip('it cannot write a session twice');
    await store.saveNew(id, content);
    await store.saveOver(id, sessionContent(2));
    expect(await load(id)).toEqual(sessionContent(2));
    expect(store.rows()).toBe(1);
  });

  it('writes what a request makes of the session it loaded', async ({ skip }) => {
    if (!store.update) return skip('it cannot write a session twice');
    await store.saveNew(id, content);
    for (let request = 1; request <= 3; request++) await store.update(id, await store.load(id), countView);
    expect((await load(id))?.data).toEqual({ ...content.data, views: 3 });
  });

  it('moves the end of a touched session and leaves its content', async ({ skip }) => {
    if (!store.touch) return skip('it has no touch');
    await store.saveNew(id, content);
    const before = everyFile(directory);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 600_000 });
    await store.touch(id, await store.load(id));
    expect(everyFile(directory)).not.toBe(before);
    expect(await load(id)).toEqual(content);
  });

  it('removes the file of a destroyed session, and no other', async () => {
    await store.saveNew(id, content);
    await store.saveNew(sessionId(2), sessionContent(2));
    expect(store.rows()).toBe(2);
    await store.destroy(id);
    expect(store.rows()).toBe(1);
    expect((await load(id)) ?? undefined).toBeUndefined();
    expect(await load(sessionId(2))).toEqual(sessionContent(2));
  });

  it('removes expired sessions when it collects garbage, and finds them no more before', async ({ skip }) => {
    if (!store.gc || !store.saveExpired) return skip('it has no garbage collection');
    await store.saveNew(id, content);
    await store.saveExpired(sessionId(2), content);
    expect(store.rows()).toBe(2);
    expect((await load(sessionId(2))) ?? undefined).toBeUndefined();
    await store.gc();
    expect(store.rows()).toBe(1);
    expect(await load(id)).toEqual(content);
  });
});
