import { testDriver } from '@store/conformance/vitest';

await testDriver(new URL('./driver.mjs', import.meta.url), { report: process.env.REPORT });
