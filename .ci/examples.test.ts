import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canRun, exampleIn, exportsOf, memberExamplesOf } from './examples.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'examples-'));
  const files = {
    'index.ts': `export { type Bag, open, close as shut } from './middle.ts';
export { EventEmitter } from 'node:events';
`,
    'middle.ts': `export { open, type Bag } from './last.ts';
/** Shuts. */
export function close() {}
`,
    'last.ts': `/** Not the one. */
const hidden = 1;

/**
 * Opens.
 *
 * @example
 * open();
 */
export async function open() {}

export interface Bag {
  /** How many things it holds. */
  readonly size: number;
  /**
   * Adds one.
   *
   * @example
   * bag.add('tea');
   */
  add<T>(thing: T): void;
  /**
   * Removes one.
   *
   * @example
   * bag.remove('tea');
   */
  // A comment in between, as for a lint rule.
  remove(thing: string): void;
}
`,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('exportsOf', () => {
  it('finds the kind and the example of every name, even through files that re-export it', () => {
    expect(exportsOf(join(folder, 'index.ts'))).toEqual([
      { name: 'Bag', kind: 'interface', file: join(folder, 'last.ts') },
      { name: 'open', kind: 'function', file: join(folder, 'last.ts'), example: 'open();' },
      { name: 'shut', kind: 'function', file: join(folder, 'middle.ts') },
    ]);
  });

  it('fails on a name without a declaration', () => {
    writeFileSync(join(folder, 'broken.ts'), "export { missing } from './last.ts';\n");
    expect(() => exportsOf(join(folder, 'broken.ts'))).toThrow('no declaration of missing');
  });
});

describe('memberExamplesOf', () => {
  it('finds the examples of methods and properties, and no others', () => {
    expect(memberExamplesOf(join(folder, 'last.ts'))).toEqual([
      { name: 'add', example: "bag.add('tea');" },
      { name: 'remove', example: "bag.remove('tea');" },
    ]);
  });
});

describe('exampleIn', () => {
  it('returns the code up to the next tag, with its indentation', () => {
    const comment = `/**
   * Opens.
   *
   * @returns nothing
   * @example
   * for (const one of all) {
   *   one();
   * }
   *
   * two();
   * @throws never
   */
`;
    expect(exampleIn(comment)).toBe('for (const one of all) {\n  one();\n}\n\ntwo();');
    expect(exampleIn('/** Opens. */\n')).toBeUndefined();
  });
});

describe('canRun', () => {
  it.each([
    ["import { startSession } from '@store/postgres';", false],
    ['createServer(handler).listen(3000);', false],
    ["import { testDriver } from '@store/conformance/vitest';", false],
    ["import { startSession } from '@store/core/memory';\nawait startSession();", true],
  ])('given %j, returns %s', (example, expected) => {
    expect(canRun(example)).toBe(expected);
  });
});
