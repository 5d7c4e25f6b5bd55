import { describe, expect, it } from 'vitest';
import { errorChain } from './error-chain.ts';

describe('errorChain', () => {
  it('contains an error and every cause, down to one that is not an error', () => {
    const locked = new Error('database is locked', { cause: 'code 5' });
    const error = new TypeError('The store did not start. The cause says why.', { cause: locked });
    expect(errorChain(error)).toBe(
      'TypeError: The store did not start. The cause says why. Caused by: Error: database is locked Caused by: code 5',
    );
  });

  it('ends if causes are circular', () => {
    const error = new Error('one');
    error.cause = new Error('other', { cause: error });
    expect(errorChain(error)).toBe('Error: one Caused by: Error: other');
  });
});
