import { describe, expect, it } from 'vitest';
import { failingCases } from '../test/failing-cases.ts';
import { oneHandleDriver } from '../test/one-handle-driver.ts';

describe('a backend that allows only one open handle', () => {
  it('needs neither a claim nor a second handle in the same place', async () => {
    expect(await failingCases(oneHandleDriver('first'))).toEqual([]);
  });

  it('fails the cases about invalid options if it is left open when an option is refused', async () => {
    expect(await failingCases(oneHandleDriver('last'))).toEqual([
      'start.wrong-option',
      'start.unknown-option',
    ]);
  });
});
