import { defineConfig } from 'vitest/config';

// A separate lane: it publishes to a registry on loopback, and needs the npm registry for other packages.
export default defineConfig({
  test: {
    name: 'publish',
    root: import.meta.dirname,
    include: ['**/*.test.ts'],
    globalSetup: ['publish-all.ts'],
    maxWorkers: 2,
    retry: 0,
    allowOnly: false,
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
