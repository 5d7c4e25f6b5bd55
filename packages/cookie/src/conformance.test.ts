import { testDriver } from '@store/conformance/vitest';

const report = new URL('../README.md', import.meta.url);

for (const module of ['conformance.ts', 'conformance-portable.ts', 'conformance-with-revocations.ts']) {
  await testDriver(new URL(`../test/${module}`, import.meta.url), { report });
}
