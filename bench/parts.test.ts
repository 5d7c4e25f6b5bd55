import { describe, expect, it } from 'vitest';
import { chosenParts } from './parts.ts';

const names = (only: string[], quick = false) => chosenParts(only, quick).map(({ name }) => name);

describe('chosenParts', () => {
  it('are all in a full run', () => {
    expect(names([])).toEqual(
      expect.arrayContaining(['sqlite', 'file', 'cookie', 'scale-sqlite', 'memory-store']),
    );
  });

  it('leave out what takes minutes in a quick run, unless it is asked for', () => {
    expect(names([], true)).not.toContain('scale-sqlite');
    expect(names([], true)).not.toContain('memory-store');
    expect(names(['memory'], true)).toEqual(['memory-store', 'memory-session']);
  });

  it('are those that are named, in the order of the report', () => {
    expect(names(['cookie', 'sqlite'])).toEqual(['sqlite', 'cookie']);
    expect(names(['scale']).every((name) => name.startsWith('scale-'))).toBe(true);
  });

  it('refuse an older build when nothing is measured over HTTP', () => {
    expect(() => chosenParts(['sqlite', 'memory'], true, '/older')).toThrow('Add `--only http`');
    expect(chosenParts(['sqlite', 'http'], true, '/older')).toHaveLength(2);
    expect(chosenParts([], true, '/older').map(({ name }) => name)).toContain('http');
  });

  it('refuse a name that is none, and list those that are', () => {
    expect(() => names(['mongo'])).toThrow(/^--only takes sqlite, .*, not mongo\.$/);
  });
});
