import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const read = (pattern: string) =>
  globSync(pattern, { cwd: join(import.meta.dirname, '..') })
    .map((path) => readFileSync(join(import.meta.dirname, '..', path), 'utf8'))
    .join('\n');

const quoted = [...read('views/*-card.ts').matchAll(/codeLine\(\s*(['"])(.+?)\1,/g)].map(
  ([, , code]) => code,
);

describe('the code that the page quotes', () => {
  it('is there for every card', () => {
    expect(quoted).toHaveLength(5);
  });

  it.each(quoted)('stands in the routes: %s', (code) => {
    expect(read('routes/*.ts')).toContain(code);
  });
});
