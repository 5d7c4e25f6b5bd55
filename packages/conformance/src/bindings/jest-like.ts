import { millisecondsPerTest, type TestRunner } from './register-cases.ts';

/** The functions of Jest that the suite uses. Bun has them too. */
export interface JestLike {
  describe(name: string, define: () => void): void;
  it: {
    (name: string, run: () => Promise<void>, milliseconds: number): void;
    skip(name: string, run: () => void): void;
  };
}

/** A test runner built on Jest's functions. */
export function jestLike({ describe, it: define }: JestLike): TestRunner {
  return {
    describe,
    it: (name, run) => define(name, run, millisecondsPerTest),
    skip: (name) => define.skip(name, () => {}),
  };
}
