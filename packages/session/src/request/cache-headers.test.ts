import { describe, expect, it } from 'vitest';
import { openSite, type SiteData } from '../../test/site.ts';
import type { Session } from '../index.ts';

type Use = (session: Session<SiteData>) => unknown;

/** A handler that uses its session and responds with headers of its own. */
const withHeaders =
  (headers: Record<string, string>, use: Use = () => undefined): Use =>
  (session) => {
    use(session);
    return new Response('ok', { headers });
  };
const read: Use = (session) => session.get('n');
const write: Use = (session) => session.set('n', 1);

async function headersOf(visit: Promise<{ response: Response }>) {
  const { headers } = (await visit).response;
  return [headers.get('Vary'), headers.get('Cache-Control')];
}

describe('cache headers', () => {
  it('are left alone when the handler never looked at the session', async () => {
    expect(await headersOf(openSite().visit())).toEqual([null, null]);
  });

  it('keep a response made from a session private, and apart by cookie', async () => {
    expect(await headersOf(openSite().visit(read))).toEqual(['Cookie', 'private']);
  });

  it('keep the Set-Cookie of a response out of caches', async () => {
    const written = openSite().visit(write);
    expect(await headersOf(written)).toEqual(['Cookie', 'private, no-cache="Set-Cookie"']);
  });

  it('join what the application says itself', async () => {
    const own = { Vary: 'Accept-Encoding', 'Cache-Control': 'max-age=60' };
    expect(await headersOf(openSite().visit(withHeaders(own, read)))).toEqual([
      'Accept-Encoding, Cookie',
      'max-age=60',
    ]);
    const written = openSite().visit(withHeaders(own, write));
    expect(await headersOf(written)).toEqual([
      'Accept-Encoding, Cookie',
      'max-age=60, no-cache="Set-Cookie"',
    ]);
  });

  it('repeat nothing that is said already', async () => {
    for (const own of [
      { Vary: 'cookie', 'Cache-Control': 'no-store' },
      { Vary: '*', 'Cache-Control': 'private, no-cache' },
    ]) {
      const written = openSite().visit(withHeaders(own, write));
      expect(await headersOf(written)).toEqual([own.Vary, own['Cache-Control']]);
    }
  });

  it('stay as they are on a response for everybody: it neither touches the session nor sends its cookie', async () => {
    const site = openSite();
    await site.visit((session) => session.set('n', 1));
    site.clock.now += 500_000;
    const { calls, setCookies, response } = await site.visit(
      withHeaders({ 'Cache-Control': 'public, max-age=60' }),
    );
    expect([calls, setCookies, response.headers.get('Vary')]).toEqual([['read'], [], null]);
    expect(site.events.at(-1)).toMatchObject({ outcome: 'unchanged', reason: 'public-response' });
  });
});
