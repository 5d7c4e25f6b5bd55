import { describe, expect, it } from 'vitest';
import { failingCases } from '../test/failing-cases.ts';
import { oneHandleDriver } from '../test/one-handle-driver.ts';

describe('a backend that allows only one open handle', () => {
  it('needs no claim, and no second handle in the same place', async () => {
    expect(await failingCases(oneHandleDriver('first'))).toEqual([]);
  });

  it('that stays open after a wrong option fails the cases about wrong options', async () => {
    expect(await failingCases(oneHandleDriver('last'))).toEqual([
      'start.wrong-option',
      'start.unknown-option',
    ]);
  });
});
