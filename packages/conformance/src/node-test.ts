export { testDriver } from './bindings/node-test-binding.ts';
