import { testDriver } from '@store/conformance/vitest';

await testDriver(new URL('../test/conformance.ts', import.meta.url), {
  report: new URL('../README.md', import.meta.url),
});
