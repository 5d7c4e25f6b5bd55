import assert from 'node:assert/strict';
import { createSessionId } from '@store/core';
import { endedEarly } from '../processes/messages.ts';
import type { ConformanceCase } from './conformance-case.ts';
import { newIds, saveAll } from './many-sessions.ts';

/** Whether a process that used a store exits. */
export const exitCases: ConformanceCase[] = [
  {
    needs: ['processes'],
    id: 'close.exits',
    level: 'required',
    kinds: ['records', 'functions', 'cookie'],
    title: 'A process exits once its store is closed.',
    async run({ processes, kind }) {
      const [other] = await processes(1);
      const id = createSessionId();
      await (kind === 'cookie' ? other?.call('seal', id, { n: 1 }) : other?.call('save', id, { n: 1 }));
      await other?.call('close');
      assert.equal(await other?.leave(), 0, 'the process failed, or something keeps it alive after close()');
    },
  },
  {
    needs: ['processes'],
    id: 'process.exits',
    level: 'recommended',
    kinds: ['records', 'functions', 'cookie'],
    title: 'An idle store does not keep the process alive: a script that only saved a session exits.',
    async run({ processes, kind }) {
      const [other] = await processes(1);
      const id = createSessionId();
      await (kind === 'cookie' ? other?.call('seal', id, { n: 1 }) : other?.call('save', id, { n: 1 }));
      assert.equal(await other?.leave(), 0, 'a timer or a connection keeps the process alive');
    },
  },
  {
    needs: ['processes'],
    id: 'gc.one-shot',
    level: 'required',
    kinds: ['records'],
    title:
      'gc() and close() keep the process alive until they are done: a cron job removes every expired session.',
    async run({ start, processes, claims }) {
      // By the real clock, which the other process uses, every session has expired.
      const anHourAgo = { idleTimeout: 60, now: () => Date.now() - 3_600_000 };
      const ids = newIds(1200);
      const before = await start(anHourAgo);
      await saveAll(before, ids);
      // Needed for a backend that allows only one open handle. Other cases test whether closing works.
      await Promise.allSettled([before.close()]);
      const [cron] = await processes(1);
      const exitCode = await cron?.leave('collectAll', 'close');
      assert.notEqual(exitCode, endedEarly, 'the process ended while gc() or close() was pending');
      assert.equal(exitCode, 0, 'gc() or close() failed, or something keeps the process alive after them');
      // Another process cannot reach sessions kept in memory.
      if (!claims.sharedBetweenProcesses) return;
      const after = await start(anHourAgo);
      for (const id of ids) {
        assert.equal((await after.load(id)).exists, false, 'gc() left an expired session behind');
      }
    },
  },
];
