import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { committedResults } from '../command.ts';
import { readResults } from './results-file.ts';
import { resultFiles } from './write-results.ts';

it('has committed what is made of the committed figures; if not, `npx pnpm bench --render` makes it', () => {
  const files = resultFiles(readResults(committedResults));
  expect(readdirSync(committedResults).sort()).toEqual(Object.keys(files).sort());
  for (const [name, text] of Object.entries(files)) {
    expect(readFileSync(join(committedResults, name), 'utf8'), name).toBe(text);
  }
});
