import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { run } from '../test/sample-results.ts';
import { beginRun, runLine } from './run-description.ts';

it('keeps the command without where it wrote to', () => {
  const args = [
    '--quick',
    '--results',
    '/here',
    '--only',
    'sqlite',
    '--markdown=/there.md',
    '--seconds',
    '9',
  ];
  expect(beginRun(args, true, tmpdir())().command).toBe('npx pnpm bench --quick --only sqlite --seconds 9');
});

it('says in one line when, where and how', () => {
  expect(runLine(run)).toBe(
    '`npx pnpm bench`, a full run of 321 s on 2026-01-02 03:04 UTC, Node v24.0.0, Linux 6.1.0, 2 × Some Processor, files on a disk.',
  );
});
