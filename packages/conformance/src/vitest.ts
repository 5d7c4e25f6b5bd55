export { testDriver } from './bindings/vitest-binding.ts';
