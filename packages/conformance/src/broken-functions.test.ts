import { describe, expect, it } from 'vitest';
import { brokenFunctions } from '../test/broken-functions.ts';
import { failingCases } from '../test/failing-cases.ts';
import { functionsDriver, sessionsOf } from '../test/functions-driver.ts';

describe('a driver made of four functions', () => {
  it('that keeps every promise passes every case', async () => {
    expect(await failingCases(functionsDriver)).toEqual([]);
  });

  it.each(brokenFunctions)(
    'with this fault fails exactly the cases for it: $broken',
    async ({ how, fails }) => {
      const start: typeof functionsDriver.start = (options, place) => {
        const driver = functionsDriver.start(options, place);
        return { ...driver, ...how(driver, options, sessionsOf(place)) };
      };
      expect(await failingCases({ ...functionsDriver, start })).toEqual(fails);
    },
  );
});
