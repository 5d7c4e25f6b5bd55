import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { createSessionId } from '@store/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freshSchema, url } from '../test/fresh-schema.ts';
import { startSession } from './start-session.ts';

function run(fixture: string, ...args: string[]) {
  const path = join(import.meta.dirname, '..', 'test', fixture);
  const child = spawn(process.execPath, [path, url, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const line = async () => (await lines.next()).value as string | undefined;
  return { stdin: child.stdin, line, errors: text(child.stderr), ended: once(child, 'close') };
}

async function open(schema: string) {
  const store = await startSession({ connectionString: url, schema, cache: false });
  onTestFinished(() => store.close());
  return store;
}

/** Three application processes on one database, taking requests in turn. */
async function startFleet() {
  const schema = freshSchema();
  const processes = Array.from({ length: 3 }, () => run('application.ts', schema));
  const ports = await Promise.all(processes.map(({ line }) => line()));
  let turn = 0;

  function browser(cookie = '') {
    async function visit(path: string, process = turn++ % ports.length) {
      const response = await fetch(`http://127.0.0.1:${ports[process]}${path}`, {
        headers: cookie ? { cookie } : {},
      });
      const [setCookie] = response.headers.getSetCookie();
      if (setCookie !== undefined) cookie = setCookie.split(';')[0] ?? '';
      return { setCookie, ...((await response.json()) as { isNew: boolean; answer: unknown }) };
    }
    return { visit, cookie: () => cookie };
  }
  return { schema, processes, browser };
}

describe('three processes that take requests in turn', () => {
  it('keep all 50 keys that 50 parallel requests set', async () => {
    const { browser } = await startFleet();
    const { visit } = browser();
    await visit('/set?value=first');
    await Promise.all(Array.from({ length: 50 }, (_, n) => visit(`/set?value=k${n}`)));
    expect(Object.keys((await visit('/all')).answer as object)).toHaveLength(51);
  });

  it('count 1,000 increments, no more and no fewer', async () => {
    const { browser } = await startFleet();
    const { visit } = browser();
    await visit('/set?value=first');
    for (let done = 0; done < 1000; done += 50) {
      await Promise.all(Array.from({ length: 50 }, () => visit('/increase')));
    }
    expect((await visit('/all')).answer).toMatchObject({ count: 1000 });
  });

  it('keep a session signed out when one signs it out while another is writing', async () => {
    const { browser, processes, schema } = await startFleet();
    const { visit, cookie } = browser();
    await visit('/sign-in?value=ann', 0);
    const before = cookie();
    const writing = browser(before).visit('/write-slowly', 1);
    expect(await processes[1]?.line()).toBe('writing');
    await visit('/sign-out', 2);
    await browser().visit('/release', 1);
    expect((await writing).setCookie).toBeUndefined();
    for (const process of [0, 1, 2]) {
      expect(await browser(before).visit('/all', process)).toMatchObject({ isNew: true, answer: {} });
    }
    expect(await (await open(schema)).list('ann')).toEqual([]);
  });

  it('all notice at their next request that one of them has ended the sessions of a subject', async () => {
    const { browser } = await startFleet();
    const devices = [browser(), browser(), browser()];
    for (const [process, device] of devices.entries()) await device.visit('/sign-in?value=ann', process);
    const bob = browser();
    await bob.visit('/sign-in?value=bob');
    for (const device of devices) expect(await device.visit('/all')).toMatchObject({ isNew: false });
    expect((await browser().visit('/end-all?value=ann')).answer).toBe(3);
    for (const device of devices) expect(await device.visit('/all')).toMatchObject({ isNew: true });
    expect(await bob.visit('/all')).toMatchObject({ isNew: false });
  });

  it('leave a subject without sessions when they are all ended during a loop of regenerate calls', async () => {
    const { browser, schema } = await startFleet();
    const store = await open(schema);
    for (let round = 0; round < 5; round += 1) {
      const devices = Array.from({ length: 6 }, () => browser());
      await Promise.all(devices.map(({ visit }) => visit('/sign-in?value=ann')));
      let moves = 0;
      let ended = false;
      const loops = devices.map(async ({ visit }) => {
        while (!ended) {
          await visit('/regenerate');
          moves += 1;
        }
      });
      await expect.poll(() => moves).toBeGreaterThan(12);
      const removed = await browser().visit('/end-all?value=ann');
      ended = true;
      await Promise.all(loops);
      expect(removed.answer).toBe(6);
      expect(await store.list('ann')).toEqual([]);
    }
  });
});

describe('moves', () => {
  it('never let a session survive when all sessions of its subject are ended', async () => {
    const schema = freshSchema();
    const [one, other] = [await open(schema), await open(schema)];
    for (let round = 0; round < 20; round += 1) {
      const ids = Array.from({ length: 8 }, () => createSessionId());
      await Promise.all(ids.map((id) => one.save(id, {}, {}, { subject: 'ann' })));
      // Each loop ends only when its session is gone.
      const loops = ids.map(async (first, n) => {
        for (let id = first, alive = true; alive; ) {
          const newId = createSessionId();
          alive = await (n % 2 ? one : other).update(id, (content) => content, { newId });
          id = newId;
        }
      });
      expect(await one.destroyAll('ann')).toBe(8);
      await Promise.all(loops);
      expect(await one.list('ann')).toEqual([]);
    }
  });
});

describe('twenty processes', () => {
  it('can start on an empty database at the same time', async () => {
    const schema = freshSchema();
    const processes = Array.from({ length: 20 }, () => run('start-once.ts', schema));
    await Promise.all(processes.map(({ line }) => line()));
    for (const { stdin } of processes) stdin.write('go\n');
    const ends = await Promise.all(
      processes.map(async ({ errors, ended }) => [await errors, ...(await ended)]),
    );
    expect(ends).toEqual(processes.map(() => ['', 0, null]));
    expect(await (await open(schema)).list('starters')).toHaveLength(20);
  });
});
