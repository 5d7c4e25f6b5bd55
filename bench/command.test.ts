import { relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { committedResults, readCommand } from './command.ts';
import { fullPlan, quickPlan } from './plan.ts';

const read = (...args: string[]) => readCommand(args, {});

describe('readCommand', () => {
  it('measures everything in full, and saves the figures in the committed results', () => {
    expect(read()).toMatchObject({ plan: fullPlan, only: [], render: false, results: committedResults });
  });

  it('saves no figures of a quick run, however it was requested', () => {
    expect(read('--quick')).toMatchObject({ plan: quickPlan, results: undefined });
    expect(readCommand([], { BENCH_QUICK: '1' })).toMatchObject({ quick: true, results: undefined });
  });

  it('saves the figures of a quick run in the directory it was given', () => {
    expect(read('--quick', '--results', 'here').results).toBe(resolve('here'));
  });

  it('regenerates the reports from the committed figures', () => {
    expect(read('--render')).toMatchObject({ render: true, results: committedResults });
  });

  it('accepts several parts', () => {
    expect(read('--only', 'sqlite', '--only', 'http').only).toEqual(['sqlite', 'http']);
  });

  it('divides the seconds of a backend between its rounds and its garbage collection', () => {
    const { plan } = read('--seconds', '200');
    expect(plan).toEqual({
      ...fullPlan,
      seconds: 120,
      collected: { ...fullPlan.collected, seconds: 80 },
    });
  });

  it('saves no figures of a run that compares with an older build, unless given a directory', () => {
    expect(read('--before', '/older')).toMatchObject({
      before: '/older',
      plan: fullPlan,
      results: undefined,
    });
    expect(read('--before', '/older', '--results', 'here').results).toBe(resolve('here'));
    expect(read('--before', 'older').before).toBe(resolve('older'));
  });

  it('resolves relative paths against the folder where the command was typed, not where pnpm runs it', () => {
    const args = ['--before', '../older', '--results', 'here', '--directory', 'files'];
    expect(readCommand(args, { INIT_CWD: '/home/ada/store' })).toMatchObject({
      before: '/home/ada/older',
      results: '/home/ada/store/here',
      directory: '/home/ada/store/files',
    });
  });

  it('refuses to save a comparison with an older build in the committed results', () => {
    expect(() => read('--before', '/older', '--results', relative('.', committedResults))).toThrow(
      'give --results another directory.',
    );
  });

  it('refuses an older build if nothing is to be measured', () => {
    expect(() => read('--before', '/older', '--render')).toThrow('--before cannot be used with --render');
  });

  it('refuses an invalid number of seconds', () => {
    expect(() => read('--seconds', 'soon')).toThrow('--seconds takes a number above 0, not soon.');
  });
});
