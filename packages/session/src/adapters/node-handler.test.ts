import { describe, expect, it } from 'vitest';
import { serve } from '../../test/http-server.ts';
import { createMemoryStore } from '../../test/memory-store.ts';
import { sessionHandler } from '../node.ts';

interface Visits {
  visits: number;
}

describe('sessionHandler of /node', () => {
  it('keeps a session from one request to the next', async () => {
    const { store } = createMemoryStore();
    const { browser } = await serve(
      sessionHandler<Visits>(
        (_request, response, session) => {
          session.update('visits', (visits = 0) => visits + 1);
          response.end(String(session.get('visits')));
        },
        { store },
      ),
    );
    const { visit } = browser();
    expect((await visit()).body).toBe('1');
    expect((await visit()).body).toBe('2');
  });
});
