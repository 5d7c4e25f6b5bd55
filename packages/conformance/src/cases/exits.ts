import assert from 'node:assert/strict';
import { createSessionId } from '@store/core';
import type { ConformanceCase } from './conformance-case.ts';

/** Whether a process that used a store ends. */
export const exitCases: ConformanceCase[] = [
  {
    needs: ['processes'],
    id: 'close.exits',
    level: 'required',
    kinds: ['records', 'functions', 'cookie'],
    title: 'A process whose store is closed ends by itself.',
    async run({ processes, kind }) {
      const [other] = await processes(1);
      const id = createSessionId();
      await (kind === 'cookie' ? other?.call('seal', id, { n: 1 }) : other?.call('save', id, { n: 1 }));
      await other?.call('close');
      assert.equal(await other?.leave(), 0, 'something keeps the process alive after close(), or it failed');
    },
  },
  {
    needs: ['processes'],
    id: 'process.exits',
    level: 'recommended',
    kinds: ['records', 'functions', 'cookie'],
    title: 'A store that is idle keeps no process alive: a script that only saved ends by itself.',
    async run({ processes, kind }) {
      const [other] = await processes(1);
      const id = createSessionId();
      await (kind === 'cookie' ? other?.call('seal', id, { n: 1 }) : other?.call('save', id, { n: 1 }));
      assert.equal(await other?.leave(), 0, 'a timer or a connection keeps the process alive');
    },
  },
];
