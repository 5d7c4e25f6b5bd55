import { testDriver } from '@store/conformance/vitest';
import { url } from '../test/fresh-schema.ts';

process.env.POSTGRES_URL = url;

await testDriver(new URL('../test/conformance.ts', import.meta.url), {
  report: new URL('../README.md', import.meta.url),
});
