import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const exampleFiles = ['packages/*/test/examples/**/*.ts', 'packages/*/src/**/*.test.ts', 'examples/**/*.ts'];
const without = (path: string) => path.includes('node_modules');

/** Code without its indentation. */
const flat = (code: string) =>
  code
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .join('\n');

const tested = globSync(exampleFiles, { cwd: root, exclude: without }).map((path) =>
  flat(readFileSync(join(root, path), 'utf8')),
);
const pages = globSync(['README.md', '{docs,packages/*/docs}/**/*.md', 'packages/*/README.md'], {
  cwd: root,
  exclude: without,
}).sort();

describe('the code in', () => {
  it.each(pages)('%s appears word for word in a tested file', (page) => {
    const blocks = readFileSync(join(root, page), 'utf8').matchAll(/^```ts\n(.*?)^```/gms);
    for (const [, block = ''] of blocks) {
      const found = tested.some((file) => file.includes(flat(block)));
      expect(found, `no tested file holds this block:\n${block}`).toBe(true);
    }
  });
});
