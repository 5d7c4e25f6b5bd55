import { describe, expect, it } from 'vitest';
import { createBrowser } from '../../test/browser.ts';
import { createMemoryStore } from '../../test/memory-store.ts';
import { sessionHandler } from '../fetch.ts';

interface Visits {
  visits: number;
}

describe('sessionHandler of /fetch', () => {
  it('keeps a session from one request to the next', async () => {
    const { store } = createMemoryStore();
    const browser = createBrowser(
      sessionHandler<Visits>(
        (_request, session) => {
          session.update('visits', (visits = 0) => visits + 1);
          return Response.json(session.get('visits'));
        },
        { store },
      ),
    );
    expect(await (await browser.visit()).json()).toBe(1);
    expect(await (await browser.visit()).json()).toBe(2);
  });
});
