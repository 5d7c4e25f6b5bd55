import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Application, install } from './package-managers.ts';

const applications = [
  {
    title: 'SvelteKit',
    // Its build imports `cookie` from the root of node_modules, so no other major version of `cookie` may be installed there.
    packages: [
      '@sveltejs/kit@2',
      '@sveltejs/adapter-node@5',
      '@sveltejs/vite-plugin-svelte@6',
      'svelte@5',
      'vite@7',
    ],
    folder: 'sveltekit',
    build: ['node_modules/vite/bin/vite.js', 'build'],
  },
  {
    title: 'Next',
    packages: ['next@16', 'react@19', 'react-dom@19'],
    folder: 'next',
    build: ['node_modules/next/dist/bin/next', 'build'],
  },
];

describe.each(applications)('a new $title application with @store/session', ({ packages, folder, build }) => {
  let application: Application;

  beforeAll(async () => {
    const ours = ['@store/core', '@store/file', '@store/session'];
    application = await install([...ours, ...packages], { env: { NEXT_TELEMETRY_DISABLED: '1' } });
    await cp(join(import.meta.dirname, 'proofs'), application.folder, { recursive: true });
    await cp(join(application.folder, folder), application.folder, { recursive: true });
  });

  it('builds, and counts a browser’s visits', async () => {
    await application.node(...build);
    expect(await application.node('server-counts-visits.mjs', './start.js')).toContain('proved');
  });
});
