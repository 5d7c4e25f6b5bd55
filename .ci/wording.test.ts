import { describe, expect, it } from 'vitest';
import { wordingProblems } from './wording.ts';

describe('wordingProblems', () => {
  it('names the line, the words and what to write instead', () => {
    const [problem, ...others] = wordingProblems('one\nSaves both at once.\n');
    expect(problem).toBe('line 2 says "at once": write immediately, or: at the same time');
    expect(others).toEqual([]);
  });

  it('finds words that a comment breaks across two lines', () => {
    expect(wordingProblems('/**\n * Saves both a\u0074\n * once.\n */')).toHaveLength(1);
    expect(wordingProblems('  // Saves both a\u0074\n  // once.')).toHaveLength(1);
  });

  it('accepts the same letters inside longer words', () => {
    expect(wordingProblems('Besides, a flat oncecall and the renewal.')).toEqual([]);
  });
});
