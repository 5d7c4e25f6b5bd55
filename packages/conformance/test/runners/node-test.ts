import { testDriver } from '@store/conformance/node-test';

await testDriver(new URL('./driver.mjs', import.meta.url), { report: process.env.REPORT });
