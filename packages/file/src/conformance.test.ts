import { readFileSync } from 'node:fs';
import { loadDriver, planCases } from '@store/conformance';
import { testDriver } from '@store/conformance/vitest';
import { expect, it } from 'vitest';

const driver = new URL('../test/conformance.ts', import.meta.url);

await testDriver(driver);

it('leaves no case out, and the README says how many there are', async () => {
  const planned = planCases(await loadDriver(driver));
  expect(planned.filter(({ skip, weakness }) => skip ?? weakness)).toEqual([]);
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(`${planned.length} passed, 0 failed`);
});
