import { describe, expect, it } from 'vitest';
import { openSite, type SiteData } from '../../test/site.ts';
import type { Session } from '../index.ts';

type Use = (session: Session<SiteData>) => unknown;

/** A handler that uses its session and sets headers. */
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
  it('are left alone when the handler never used the session', async () => {
    expect(await headersOf(openSite().visit())).toEqual([null, null]);
  });

  it('make a response that used a session private, and vary it by cookie', async () => {
    expect(await headersOf(openSite().visit(read))).toEqual(['Cookie', 'private']);
  });

  it('keep the pages of a signed-in user out of every cache, so that the back button does not show them to anyone else', async () => {
    const site = openSite();
    await site.visit((session) => session.setSubject('ada'));
    expect(await headersOf(site.visit(read))).toEqual(['Cookie', 'private, no-store']);
    expect(await headersOf(site.visit())).toEqual([null, null]);
    const own = { 'Cache-Control': 'private, max-age=60' };
    expect(await headersOf(site.visit(withHeaders(own, read)))).toEqual(['Cookie', 'private, max-age=60']);
  });

  it('keep a response with the session cookie out of every cache, whatever the application set, and the event reports it', async () => {
    const plain = openSite();
    expect(await headersOf(plain.visit(write))).toEqual(['Cookie', 'private, no-store']);
    expect(plain.events.at(-1)).not.toHaveProperty('cacheControl');
    for (const own of ['max-age=60', 'private, no-cache', 'no-cache="Set-Cookie"']) {
      const site = openSite();
      const written = site.visit(withHeaders({ 'Cache-Control': own }, write));
      expect(await headersOf(written)).toEqual(['Cookie', 'no-store']);
      expect(site.events.at(-1)).toMatchObject({ outcome: 'created', cacheControl: 'replaced' });
      const cleared = site.visit(withHeaders({ 'Cache-Control': own }, (session) => session.invalidate()));
      expect(await headersOf(cleared)).toEqual(['Cookie', 'no-store']);
    }
  });

  it("are merged with the application's headers when no cookie is set", async () => {
    const own = { Vary: 'Accept-Encoding', 'Cache-Control': 'max-age=60' };
    expect(await headersOf(openSite().visit(withHeaders(own, read)))).toEqual([
      'Accept-Encoding, Cookie',
      'max-age=60',
    ]);
  });

  it('do not repeat directives that are already set', async () => {
    for (const own of [
      { Vary: 'cookie', 'Cache-Control': 'no-store' },
      { Vary: '*', 'Cache-Control': 'No-Store, max-age=0' },
    ]) {
      const site = openSite();
      const written = site.visit(withHeaders(own, write));
      expect(await headersOf(written)).toEqual([own.Vary, own['Cache-Control']]);
      expect(site.events.at(-1)).not.toHaveProperty('cacheControl');
    }
  });

  it('stay as they are on a public response, which neither touches the session nor sends its cookie', async () => {
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
