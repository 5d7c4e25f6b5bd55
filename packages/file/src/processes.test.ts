import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { createSessionId } from '@store/core';
import { sessionKey } from '@store/core/driver';
import { describe, expect, it } from 'vitest';
import { startChild } from '../test/child.ts';
import { filesIn, openStorage, temporaryDirectory } from '../test/session-directory.ts';
import { startSession } from './start-session.ts';

const rounds = 1000;
const kills = 50;

/** An id whose file is in shard 00, so that garbage collection has only one folder to look at. */
function idInFirstShard(): string {
  for (;;) {
    const id = createSessionId();
    if (Buffer.from(sessionKey(id), 'base64url')[0] === 0) return id;
  }
}

async function startRacers(directory: string) {
  const [one, other] = [startChild('session-racer', directory), startChild('session-racer', directory)];
  await Promise.all([one.next(), other.next()]);
  const ask = async (racer: typeof one, task: object) =>
    ((await racer.ask(task)) as { outcome: unknown }).outcome;
  return {
    race: (first: object, second: object) => Promise.all([ask(one, first), ask(other, second)]),
  };
}

describe('processes that share a directory', () => {
  it('keep every key when four of them add keys to one session', async () => {
    const directory = temporaryDirectory();
    const store = await startSession({ directory, cache: false });
    const id = createSessionId();
    await store.save(id, {}, {});
    const writers = ['a', 'b', 'c', 'd'].map((prefix) =>
      startChild('key-writer', directory, id, prefix, '50'),
    );
    await Promise.all(writers.map((writer) => writer.next()));
    for (const writer of writers) writer.process.send('go');
    await Promise.all(writers.map((writer) => writer.ended()));
    expect(Object.keys((await store.load(id)).data)).toHaveLength(200);
    expect(filesIn(directory)).toHaveLength(1);
  });

  // Each kill needs a new process, which takes seconds to start on a loaded machine.
  it('neither lose nor corrupt a session when a writer is killed fifty times', {
    timeout: 400_000,
  }, async () => {
    const directory = temporaryDirectory();
    const store = await startSession({ directory, cache: false });
    const ids = Array.from({ length: 20 }, createSessionId);
    for (const id of ids) await store.save(id, { n: 0, longest: 1, text: '', end: 0 }, {});
    for (let killed = 0; killed < kills; ) {
      // One mostly appends, the other mostly continues in a new file.
      const writers = ['1500', '5000'].map((longest) => startChild('overwriter', directory, longest, ...ids));
      await Promise.all(writers.map((writer) => writer.next()));
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
      for (const writer of writers) writer.kill('SIGKILL');
      for (const writer of writers) await writer.ended('SIGKILL');
      killed += writers.length;
      for (const id of ids) {
        const { exists, data } = await store.load(id);
        const length = (Number(data.n) * 997) % Number(data.longest);
        expect(exists && data.n === data.end && String(data.text).length === length).toBe(true);
        expect(await store.touch(id)).toBe(true);
      }
    }
    // A writer killed before the commit has left its new file behind, which garbage collection removes once it is an hour old.
    for (const path of filesIn(directory).filter((path) => path.endsWith('.next')))
      utimesSync(join(directory, path), 0, 0);
    await store.gc();
    expect(filesIn(directory)).toHaveLength(ids.length);
  });

  it.each(['1500', '5000'])(
    'always read a complete session, never older than the one they read before, while another writes up to %s characters',
    async (longest) => {
      const directory = temporaryDirectory();
      const store = await startSession({ directory, cache: false });
      const id = createSessionId();
      await store.save(id, { n: 0, text: '', end: 0 }, {});
      const writer = startChild('overwriter', directory, longest, id);
      await writer.next();
      let newest = 0;
      let seen = 0;
      for (let loads = 0; loads < 100_000 || seen < 1000; loads++) {
        const { exists, data } = await store.load(id);
        const n = Number(data.n);
        if (!exists || n !== data.end || n < newest) expect({ exists, newest, ...data }).toBe('whole');
        if (n > newest) seen++;
        newest = n;
      }
      writer.kill('SIGKILL');
      await writer.ended('SIGKILL');
    },
  );

  it('never revive a session that one destroys while another updates it', async () => {
    const directory = temporaryDirectory();
    const store = await startSession({ directory, cache: false, now: () => 1000 });
    const { race } = await startRacers(directory);
    let updated = 0;
    for (let round = 0; round < rounds; round++) {
      const id = createSessionId();
      await store.save(id, {}, {}, { subject: 'ann' });
      const [, updates] = await race(
        { act: 'destroy', id, now: 1000, turns: round % 50 },
        { act: 'update', id, now: 1000, turns: 0 },
      );
      updated += Number(updates);
      expect((await store.load(id)).exists).toBe(false);
    }
    expect(updated).toBeGreaterThan(0);
    expect(filesIn(directory)).toEqual([]);
  });

  it('never lose a session that one touches while another collects garbage', async () => {
    const directory = temporaryDirectory();
    const start = 1_000_000;
    const end = start + 1000 * 1000;
    const store = await startSession({ directory, cache: false, idleTimeout: 1000, now: () => start });
    const { storage } = openStorage(directory);
    const { race } = await startRacers(directory);
    const outcomes = { touched: 0, collected: 0 };
    for (let round = 0; round < rounds; round++) {
      const id = idInFirstShard();
      await store.save(id, {}, {});
      const [collected, touched] = await race(
        { act: 'gc', id, now: end, turns: 0 },
        { act: 'touch', id, now: end - 1, turns: round % 10 },
      );
      const record = storage.read(sessionKey(id));
      expect({ collected, there: record !== undefined }).toEqual({
        collected: touched ? 0 : 1,
        there: touched,
      });
      outcomes[touched ? 'touched' : 'collected']++;
      await store.destroy(id);
    }
    expect(outcomes.touched).toBeGreaterThan(0);
    expect(outcomes.collected).toBeGreaterThan(0);
  });

  it('leave a subject without sessions when one moves a session while another ends them all', async () => {
    const directory = temporaryDirectory();
    const store = await startSession({ directory, cache: false, now: () => 1000 });
    const { race } = await startRacers(directory);
    let moved = 0;
    for (let round = 0; round < rounds; round++) {
      const subject = createSessionId();
      await store.save(`${subject}_0`, {}, {}, { subject });
      const [removed, moves] = await race(
        { act: 'destroyAll', id: subject, now: 1000, turns: round % 20 },
        { act: 'move', id: subject, now: 1000, turns: 0 },
      );
      moved += Number(moves);
      expect(removed).toBe(1);
    }
    expect(moved).toBeGreaterThan(0);
    expect(await store.count()).toBe(0);
  });
});
