import { testDriver } from './vitest.ts';

// Core's example drivers. Core itself cannot run the suite, which depends on it.
for (const example of ['four-functions', 'record-driver']) {
  await testDriver(new URL(`../test/core-examples/${example}.ts`, import.meta.url));
}
