import { describe, expect, it } from 'vitest';
import { brokenCookies } from '../test/broken-cookies.ts';
import { cookieDriver } from '../test/cookie-driver.ts';
import { failingCases } from '../test/failing-cases.ts';

describe('a cookie driver', () => {
  it('that keeps every promise passes every case', async () => {
    expect(await failingCases(cookieDriver)).toEqual([]);
  });

  it('that also counts versions passes every case', async () => {
    const start: typeof cookieDriver.start = (options, place) => {
      const driver = cookieDriver.start(options, place);
      return {
        ...driver,
        async load(value) {
          const found = await driver.load(value);
          return found && { ...found, version: 0 };
        },
      };
    };
    expect(await failingCases({ ...cookieDriver, start })).toEqual([]);
  });

  it.each(brokenCookies)(
    'with this fault fails exactly the cases for it: $broken',
    async ({ how, fails }) => {
      const start: typeof cookieDriver.start = (options, place) => {
        const driver = cookieDriver.start(options, place);
        return { ...driver, ...how(driver, place, options) };
      };
      expect(await failingCases({ ...cookieDriver, start })).toEqual(fails);
    },
  );
});
