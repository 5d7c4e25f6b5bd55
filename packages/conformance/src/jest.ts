export { testDriver } from './bindings/jest-binding.ts';
