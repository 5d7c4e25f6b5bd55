import { describe, expect, it } from 'vitest';
import { failingCases } from '../test/failing-cases.ts';
import { oneHandleDriver } from '../test/one-handle-driver.ts';

describe('a backend that allows only one open handle', () => {
  it('needs neither a claim nor a second handle in the same place', async () => {
    expect(await failingCases(oneHandleDriver('first'))).toEqual([]);
  });

  it('that is left open when an option is refused fails the cases about invalid options', async () => {
    expect(await failingCases(oneHandleDriver('last'))).toEqual([
      'start.wrong-option',
      'start.unknown-option',
    ]);
  });
});
