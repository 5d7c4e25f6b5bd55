export { testDriver } from './bindings/bun-binding.ts';
