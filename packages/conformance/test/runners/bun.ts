import { testDriver } from '@store/conformance/bun';

await testDriver(new URL('./driver.mjs', import.meta.url), { report: process.env.REPORT });
