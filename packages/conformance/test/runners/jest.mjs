import { testDriver } from '@store/conformance/jest';

await testDriver(new URL('./driver.mjs', import.meta.url), { report: process.env.REPORT });
