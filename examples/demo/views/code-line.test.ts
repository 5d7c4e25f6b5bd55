import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const folder = join(import.meta.dirname, '..');
const read = (pattern: string) =>
  globSync(pattern, { cwd: folder }).map((path) => ({
    path,
    source: readFileSync(join(folder, path), 'utf8'),
  }));

const cards = read('views/*-card.ts').map(({ path, source }) => ({
  path,
  quoted: [...source.matchAll(/codeLine\(\s*(['"])(.+?)\1,/g)].map(([, , code]) => code ?? ''),
}));
const routes = read('routes/*.ts')
  .map(({ source }) => source)
  .join('\n');

describe('the code that the page quotes', () => {
  it.each(cards)('exists for $path', ({ quoted }) => {
    expect(quoted).not.toEqual([]);
  });

  it.each(cards.flatMap(({ quoted }) => quoted))('appears in the routes: %s', (code) => {
    expect(routes).toContain(code);
  });
});
