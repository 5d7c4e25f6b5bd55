import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createSessionId } from '@store/core';
import { sessionKey } from '@store/core/driver';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serve } from '../../test/http-server.ts';
import { type Data, name, openSite, type Site, sendBytes, stores } from '../../test/visited-site.ts';
import { sessionHandler } from '../fetch.ts';

const percentEncoded = (value: string) =>
  Array.from(value, (character) => `%${character.charCodeAt(0).toString(16)}`).join('');
const emoji = Buffer.from('🍪=🍪').toString('latin1');
/** U+2003 as its UTF-8 bytes, one character each, as Node decodes a header. */
const emSpace = Buffer.from('\u2003').toString('latin1');

/** Headers in which a visitor's session is still found. */
const found: Record<string, (site: Site) => string> = {
  'sent twice with the same value': ({ ada }) => `${name}=${ada}; ${name}=${ada}`,
  'sent twice, once percent-encoded': ({ ada }) => `${name}=${ada}; ${name}=${percentEncoded(ada)}`,
  'next to a dead one': ({ ada }) => `${name}=${createSessionId()}; ${name}=${ada}`,
  'percent-encoded': ({ ada }) => `${name}=${percentEncoded(ada)}`,
  'in double quotes': ({ ada }) => `${name}="${ada}"`,
  'between spaces and tabs': ({ ada }) => `a=1;\t ${name}=\t${ada} \t;b=2`,
  'without a space after the semicolon': ({ ada }) => `a=1;${name}=${ada};b=2`,
  'next to an empty one': ({ ada }) => `${name}=; ${name}=${ada}; ${name}`,
  'after cookies without a name, a value or an end': ({ ada }) => `; ;=;==; =x; "; a="; ${name}=${ada}; "`,
  'among what looks like cookie attributes': ({ ada }) =>
    `$Version=1; ${name}=${ada}; $Path=/; $Domain=shop.example`,
  'next to __proto__': ({ ada }) => `__proto__=x; constructor=y; ${name}=${ada}; toString=z`,
  'next to bytes that are not ASCII': ({ ada }) => `\x80\xff=\xfe; ${emoji}; ${name}=${ada}; \xe9=\xe9`,
  'among 3,000 other cookies': ({ ada }) => `${'a=1;'.repeat(1500)}${name}=${ada}; ${'b=2;'.repeat(1500)}`,
  'next to another session under look-alikes of the name': ({ ada, eve }) =>
    [
      `__Host%2Dsession=${eve}`,
      `"${name}"=${eve}`,
      `${name.toLowerCase()}=${eve}`,
      `session=${eve}`,
      `x${name}=${eve}`,
      `${name}x=${eve}`,
      `${name}.0=2.${eve}`,
      `x=${name}=${eve}`,
      `${name} =${eve}`,
      `$${name}=${eve}`,
      `\xa0${name}=${eve}`,
      `${emSpace}${name}=${eve}`,
      `${name}=${ada}`,
    ].join('; '),
};

/** Headers with the cookie's name, or a look-alike, but without a session. */
const notFound: Record<string, (site: Site) => string> = {
  'an empty value': () => `${name}=`,
  'an empty value in quotes': () => `${name}=""`,
  'the name alone': () => name,
  'a value of 4 kB': () => `${name}=${'a'.repeat(4096)}`,
  'a value of 15 kB': () => `${name}=${'a'.repeat(15_000)}`,
  'one character more than an id may have': () => `${name}=${'a'.repeat(129)}`,
  'a value with an equals sign': ({ eve }) => `${name}==${eve}`,
  'bytes that are not ASCII': () => `${name}=${'\xff\x80'.repeat(20)}`,
  emoji: () => `${name}=${emoji.repeat(10)}`,
  'a percent-encoded line break': () => `${name}=%0d%0aSet-Cookie:%20a=b${'a'.repeat(30)}`,
  'a percent-encoded NUL': () => `${name}=${'a'.repeat(42)}%00`,
  'a broken percent sequence': () => `${name}=${'a'.repeat(40)}%e4%`,
  'another path as id': () => `${name}=../../../../../../../../etc/passwd`,
  'percent-encoded quotes': () => `${name}=%22${'a'.repeat(43)}%22`,
  'another case of the name': ({ eve }) => `${name.toUpperCase()}=${eve}`,
  'a percent-encoded name': ({ eve }) => `__Host%2Dsession=${eve}`,
  'a name in quotes': ({ eve }) => `"${name}"=${eve}`,
  'a name that ends in ours': ({ eve }) => `x${name}=${eve}; x ${name}=${eve}`,
  'a name that begins with ours': ({ eve }) => `${name}x=${eve}; ${name}.0=${eve}; ${name}[]=${eve}`,
  'the name without its prefix': ({ eve }) => `session=${eve}`,
  'our name in another value': ({ eve }) => `a=${name}=${eve}; b="${name}=${eve}"`,
  'our name after a comma': ({ eve }) => `a=1, ${name}=${eve}`,
  'a cookie attribute': ({ eve }) => `$Path=${eve}; Path=${eve}`,
  'the name __proto__': ({ eve }) => `__proto__=${eve}`,
  'our name after a no-break space': ({ eve }) => `a=1;\xa0${name}=${eve}`,
  'our name after an em space': ({ eve }) => `a=1;${emSpace}${name}=${eve}`,
};

describe.each(stores)('the cookies a visitor sends to %s', (_, open) => {
  it.each(Object.entries(found))('lead to the session %s', async (_case, cookies) => {
    const site = await openSite(open);
    const { port } = await serve(site.listener);
    const answer = await sendBytes(port, [cookies(site)]);
    expect(answer).toEqual({ status: 200, body: 'Ada', setCookies: [] });
    expect(site.errors).toEqual([]);
  });

  it.each(Object.entries(notFound))('lead to no session with %s', async (_case, cookies) => {
    const site = await openSite(open);
    const { port } = await serve(site.listener);
    const nobody = { status: 200, body: 'nobody' };
    expect(await sendBytes(port, [cookies(site)])).toEqual({ ...nobody, setCookies: [] });
    expect(site.calls).toEqual([]);
    const signedUp = await sendBytes(port, [cookies(site)], '/sign-up');
    expect(signedUp).toMatchObject(nobody);
    expect(signedUp.setCookies).toHaveLength(1);
    expect(signedUp.setCookies[0]).not.toContain(site.eve);
    expect(site.errors).toEqual([]);
  });
});

describe('a Cookie header in several pieces', () => {
  it('is one header over HTTP/1.1', async () => {
    const site = await openSite(stores[0][1]);
    const { port } = await serve(site.listener);
    const answer = await sendBytes(port, ['a=1', `${name}=${site.ada}`, 'b=2']);
    expect(answer).toEqual({ status: 200, body: 'Ada', setCookies: [] });
  });

  it('is one header over HTTP/2, where browsers send each cookie separately', async () => {
    const site = await openSite(stores[1][1]);
    const server = createHttp2Server(site.listener as never).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    onTestFinished(() => {
      client.destroy();
      server.close();
    });
    const visit = (cookie: string[]) => text(client.request({ ':path': '/', cookie }));
    expect(await visit(['a=1', `${name}=${site.ada}`, 'b=2'])).toBe('Ada');
    expect(await visit([`${name}=${createSessionId()}`, `${name}=${site.ada}`])).toBe('Ada');
    expect(await visit([`x${name}=${site.ada}`, `${name}`, `=${site.ada}`])).toBe('nobody');
    expect(site.errors).toEqual([]);
  });

  it('is one header in a fetch handler, which cannot receive characters above U+00FF', async () => {
    const { options, ada } = await openSite(stores[0][1]);
    const handler = sessionHandler<Data>((_, session) => new Response(session.get('name')), options);
    const headers = new Headers([
      ['cookie', 'a=1'],
      ['cookie', `${name}=${ada}`],
    ]);
    const response = await handler(new Request('https://shop.example/', { headers }));
    expect(await response.text()).toBe('Ada');
    for (const value of ['🍪', '\ud800']) expect(() => new Headers({ cookie: value })).toThrow(TypeError);
  });
});

describe('a Cookie header that Node accepts', () => {
  it.each([false, true])(
    'does not cost visitors their session, whatever byte comes before their cookie (lenient: %s)',
    async (insecureHTTPParser) => {
      const site = await openSite(stores[0][1]);
      const { port } = await serve(createServer({ insecureHTTPParser }, site.listener));
      for (let byte = 0; byte < 256; byte++) {
        const other = Buffer.from([0x61, byte, 0x3d, byte]);
        const answer = await sendBytes(port, [Buffer.concat([other, Buffer.from(`; ${name}=${site.ada}`)])]);
        const isControl = (byte < 0x20 && byte !== 0x09) || byte === 0x7f;
        // Node rejects control characters: all of them or, when lenient, those that end a line or a string.
        const isRefused = insecureHTTPParser ? answer.status === 400 && isControl : isControl;
        if (isRefused) expect(answer, `byte ${byte}`).toMatchObject({ status: 400, setCookies: [] });
        else expect(answer, `byte ${byte}`).toEqual({ status: 200, body: 'Ada', setCookies: [] });
      }
      expect(site.errors).toEqual([]);
    },
  );

  it('is at most 16 KiB long; a server that accepts longer ones finds no session in them, and does not call the store', async () => {
    const site = await openSite(stores[0][1]);
    const cookie = `${name}=${'a'.repeat(16_384)}`;
    const usual = await serve(site.listener);
    expect(await sendBytes(usual.port, [cookie])).toMatchObject({ status: 431, setCookies: [] });
    const generous = await serve(createServer({ maxHeaderSize: 65_536 }, site.listener));
    expect(await sendBytes(generous.port, [cookie])).toMatchObject({ status: 200, body: 'nobody' });
    const many = Array.from({ length: 10_000 }, (_, n) => `${name}=${n}`)
      .join(';')
      .slice(0, 60_000);
    expect(await sendBytes(generous.port, [many])).toMatchObject({ status: 200, body: 'nobody' });
    expect([site.calls, site.errors]).toEqual([[], []]);
  });
});

/** Text that a header can contain: each byte is a character, without the control characters that Node rejects. */
const headerText = (maxLength: number) =>
  fc.string({
    unit: fc
      .oneof(
        fc.constantFrom(...'=;"%, \t$.'),
        fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)),
      )
      .filter((character) => character !== '\x7f'),
    maxLength,
  });

describe('with arbitrary bytes', () => {
  it.each(stores)('as other cookies, the session is found in %s', async (_, open) => {
    const site = await openSite(open);
    const { send } = await serve(site.listener);
    const lookAlike = fc
      .tuple(headerText(3), fc.constantFrom(name, 'session', '__Host%2Dsession', '__proto__'), headerText(3))
      .map(([before, like, after]) => `x${before.replaceAll(';', '')}${like}${after}=${site.eve}`);
    const others = fc
      .array(fc.oneof(headerText(40), lookAlike), { maxLength: 20 })
      .map((all) => all.join(';'));
    await fc.assert(
      fc.asyncProperty(others, others, async (before, after) => {
        const cookie = `${before};${name}=${site.ada};${after}`;
        const { status, body, setCookies } = await send('/', { headers: { cookie } });
        expect([status, body, setCookies]).toEqual([200, 'Ada', []]);
      }),
    );
    expect(site.errors).toEqual([]);
  });

  it.each(stores)('as the value, the visitor gets a new session with a new id from %s', async (_, open) => {
    const site = await openSite(open);
    const { send } = await serve(site.listener);
    const garbage = fc.oneof(
      headerText(200),
      fc.stringMatching(/^[\w-]{22,128}$/),
      fc.stringMatching(/^(?:%[\da-f]{2}){1,60}$/),
    );
    await fc.assert(
      fc.asyncProperty(
        garbage.map((value) => value.replaceAll(';', '')),
        async (value) => {
          const before = new Set(site.records?.keys());
          const answer = await send('/sign-up', { headers: { cookie: `${name}=${value}` } });
          expect([answer.status, answer.body, answer.setCookies.length]).toEqual([200, 'nobody', 1]);
          const issued = /^__Host-session=([^;]+)/.exec(answer.setCookies[0] as string)?.[1] as string;
          expect(issued).not.toBe(value);
          if (!site.records) return;
          const added = [...site.records.keys()].filter((key) => !before.has(key));
          expect(added).toEqual([sessionKey(issued)]);
        },
      ),
    );
    expect(site.errors).toEqual([]);
  });
});
