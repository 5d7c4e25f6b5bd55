import assert from 'node:assert/strict';
import { describe, expect, it } from 'vitest';
import type { Framework } from './framework.ts';
import { expressFive } from './frameworks/express.ts';
import { type Row, runCell } from './row.ts';
import { tableOf } from './table.ts';

const rowOf = (run: Row['run'], more: Partial<Row> = {}): Row => ({ name: 'a row', run, ...more });
const claiming: Framework = { ...expressFive, asBare: { 'a row': 'it sends 404' } };

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

  it('is a framework limit only if the row fails the same way without our middleware, and only while it fails', async () => {
    expect(await runCell(claiming, failsAnyway)).toMatchObject({
      result: 'framework limit',
      reason: 'it sends 404',
    });
    expect(await runCell(claiming, failsWithUs)).toMatchObject({
      result: 'failed',
      error: expect.stringContaining('Not a framework limit'),
    });
    expect(await runCell(claiming, passes)).toMatchObject({
      result: 'failed',
      error: expect.stringContaining('the row passes'),
    });
  });

  it('is refused if startup fails with the code that the row allows', async () => {
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

  it('is a dash with the reason for a row that does not apply there, by its name or by what it needs', async () => {
    for (const without of ['a row', 'wings'])
      expect(
        await runCell({ ...expressFive, without: { [without]: 'why' } }, { ...passes, needs: 'wings' }),
      ).toMatchObject({ result: '—', reason: 'why' });
  });

  it('fails when a rejection is left unhandled', async () => {
    const stray = rowOf(async () => void Promise.reject('left alone').finally(() => {}));
    // Otherwise Vitest would count the rejection too.
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
  const cell = (row: string, result: 'yes' | 'framework limit' | '—' | 'failed', reason = '') => ({
    framework: 'X',
    row,
    result,
    reason,
  });

  it('has a line for each group, with reasons below', () => {
    const cells = [cell('a', '—', 'why not'), cell('b', 'yes'), cell('c', 'framework limit', 'what it does')];
    expect(tableOf(groups, ['X'], cells).split('\n')).toEqual([
      '| | X |',
      '| --- | --- |',
      '| one | — (1) |',
      '| two | yes, framework limit (2) |',
      '',
      '(1) X: why not. (2) X: what it does.',
    ]);
  });

  it('shows NO for a row that failed or has not run', () => {
    const lines = tableOf(groups, ['X'], [cell('a', 'failed'), cell('b', 'yes')]);
    expect(lines).toContain('| one | NO |\n| two | NO |');
  });
});
