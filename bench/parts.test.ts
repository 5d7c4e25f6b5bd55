import { describe, expect, it } from 'vitest';
import { chosenParts } from './parts.ts';

const names = (...only: string[]) => chosenParts(only).map(({ name }) => name);

describe('chosenParts', () => {
  it('are all parts of the report, in report order', () => {
    expect(names()).toEqual(['sqlite', 'postgres', 'file', 'cookie', 'http']);
  });

  it('are the named ones', () => {
    expect(names('cookie', 'sqlite')).toEqual(['sqlite', 'cookie']);
    expect(names('core')).toEqual(['core']);
  });

  it('refuse an unknown name, and list the known ones', () => {
    expect(() => names('mongo')).toThrow(
      '--only takes sqlite, postgres, file, cookie, http, core, not mongo.',
    );
  });
});
