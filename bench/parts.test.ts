import { describe, expect, it } from 'vitest';
import { chosenParts } from './parts.ts';

const names = (...only: string[]) => chosenParts(only).map(({ name }) => name);

describe('chosenParts', () => {
  it('are all that the report shows, in its order', () => {
    expect(names()).toEqual(['sqlite', 'postgres', 'file', 'cookie', 'http']);
  });

  it('are those that are named', () => {
    expect(names('cookie', 'sqlite')).toEqual(['sqlite', 'cookie']);
    expect(names('core')).toEqual(['core']);
  });

  it('refuse a name that is none, and list those that are', () => {
    expect(() => names('mongo')).toThrow(
      '--only takes sqlite, postgres, file, cookie, http, core, not mongo.',
    );
  });
});
