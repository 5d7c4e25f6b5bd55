import { testDriver } from '@store/conformance/vitest';

await testDriver(new URL('./conformance.ts', import.meta.url));
