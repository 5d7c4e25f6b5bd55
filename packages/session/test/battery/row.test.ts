import assert from 'node:assert/strict';
import { describe, expect, it } from 'vitest';
import type { Framework } from './framework.ts';
import { expressFive } from './frameworks/express.ts';
import { type Row, runCell } from './row.ts';
import { tableOf } from './table.ts';

const rowOf = (run: Row['run'], more: Partial<Row> = {}): Row => ({ name: 'a row', run, ...more });
const claiming: Framework = { ...expressFive, asBare: { 'a row': 'it says 404' } };

const passes = rowOf(async (stage) => {
  assert.equal((await stage.browser().visit('/keys/a')).cookies.length, 1);
});
const failsAnyway = rowOf(async (stage) => {
  assert.equal((await stage.browser().visit('/nowhere')).status, 200);
});
const failsWithUs = rowOf(async (stage) => {
  assert.equal((await stage.browser().visit('/keys/a')).cookies.length, 2);
});

describe('a cell', () => {
  it('is yes, or failed with the reason', async () => {
    expect(await runCell(expressFive, passes)).toMatchObject({ result: 'yes' });
    const failed = await runCell(expressFive, failsAnyway);
    expect(failed).toMatchObject({ result: 'failed', error: expect.stringContaining('404 !== 200') });
  });

  it('is as bare only if the same fails without our middleware, and only as long as it fails', async () => {
    expect(await runCell(claiming, failsAnyway)).toMatchObject({ result: 'as bare', reason: 'it says 404' });
    expect(await runCell(claiming, failsWithUs)).toMatchObject({
      result: 'failed',
      error: expect.stringContaining('Not as bare'),
    });
    expect(await runCell(claiming, passes)).toMatchObject({
      result: 'failed',
      error: expect.stringContaining('the row passes'),
    });
  });

  it('is refused if the start rejects with the code that the row allows', async () => {
    const refusing: Framework = {
      ...expressFive,
      start: (options) =>
        expressFive.start({ ...options, timeout: 0 }, {} as never, {
          mounts: 1,
          handlesErrors: true,
          isBare: false,
        }),
    };
    expect(await runCell(refusing, { ...passes, orRefuses: 'INVALID_OPTION' })).toMatchObject({
      result: 'refused',
    });
    expect(await runCell(refusing, { ...passes, orRefuses: 'UNSUPPORTED' })).toMatchObject({
      result: 'failed',
    });
    expect(await runCell(refusing, passes)).toMatchObject({ result: 'failed' });
  });

  it('is a dash with the reason for what has no meaning there, by the name of the row or by what it needs', async () => {
    for (const without of ['a row', 'wings'])
      expect(
        await runCell({ ...expressFive, without: { [without]: 'why' } }, { ...passes, needs: 'wings' }),
      ).toMatchObject({ result: '—', reason: 'why' });
  });

  it('fails when somebody else has to handle a rejection', async () => {
    const stray = rowOf(async () => void Promise.reject('left alone').finally(() => {}));
    // Vitest would count it too.
    const listeners = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    try {
      expect(await runCell(expressFive, stray)).toMatchObject({
        result: 'failed',
        error: expect.stringContaining('left alone'),
      });
    } finally {
      for (const listener of listeners) process.on('unhandledRejection', listener);
    }
  });
});

describe('the table', () => {
  const groups = [
    { title: 'one', rows: [{ ...passes, name: 'a' }] },
    {
      title: 'two',
      rows: [
        { ...passes, name: 'b' },
        { ...passes, name: 'c' },
      ],
    },
  ];
  const cell = (row: string, result: 'yes' | 'as bare' | '—' | 'failed', reason = '') => ({
    framework: 'X',
    row,
    result,
    reason,
  });

  it('has a line for each group, with reasons below', () => {
    const cells = [cell('a', '—', 'why not'), cell('b', 'yes'), cell('c', 'as bare', 'how it is')];
    expect(tableOf(groups, ['X'], cells).split('\n')).toEqual([
      '| | X |',
      '| --- | --- |',
      '| one | — (1) |',
      '| two | yes, as bare (2) |',
      '',
      '(1) X: why not. (2) X: how it is.',
    ]);
  });

  it('says no for a row that failed or has not run', () => {
    const lines = tableOf(groups, ['X'], [cell('a', 'failed'), cell('b', 'yes')]);
    expect(lines).toContain('| one | NO |\n| two | NO |');
  });
});
