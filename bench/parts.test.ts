import { describe, expect, it } from 'vitest';
import { chosenParts } from './parts.ts';

const names = (...only: string[]) => chosenParts(only).map(({ name }) => name);

describe('chosenParts', () => {
  it('returns all parts of the report, in report order', () => {
    expect(names()).toEqual(['sqlite', 'postgres', 'file', 'cookie', 'http']);
  });

  it('returns only the named parts', () => {
    expect(names('cookie', 'sqlite')).toEqual(['sqlite', 'cookie']);
    expect(names('core')).toEqual(['core']);
  });

  it('refuses an unknown name, and lists the known ones', () => {
    expect(() => names('mongo')).toThrow(
      '--only takes sqlite, postgres, file, cookie, http, core, not mongo.',
    );
  });
});
