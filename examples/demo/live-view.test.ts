import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser } from './test/browser.ts';
import { type DemoServer, startDemo } from './test/demo-server.ts';
import { type Visitor, visit } from './test/visitor.ts';

let browser: Browser;
let demo: DemoServer;
let visitor: Visitor;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

beforeEach(async () => {
  demo = await startDemo();
  visitor = await visit(browser, demo.origin);
});
afterEach(async () => {
  await visitor.page.context().close();
  await demo.close();
});

const part = (name: string) => visitor.page.locator(`[data-live="${name}"]`);
const looks = () => visitor.page.waitForResponse('**/live');
const shows = (name: string, text: string) =>
  visitor.page.waitForFunction(
    ([selector, wanted]) => document.querySelector(selector)?.textContent?.includes(wanted),
    [`[data-live="${name}"]`, text] as const,
  );

/** Adds a tea as another tab would, without following the redirect, so that its message stays in the session. */
const addElsewhere = (product: string) =>
  visitor.page.evaluate(async (id) => {
    const body = new URLSearchParams({ product: id });
    await fetch('/cart/add', { method: 'POST', body, redirect: 'manual' });
  }, product);

describe('the live view', () => {
  it('shows what the row holds, word for word', async () => {
    await visitor.press('Sign in as Ada');
    await looks();
    await shows('payload', '"flash": {}');
    const [row] = demo.rows();
    expect(await part('key').textContent()).toBe(row?.key);
    expect(await part('subject').textContent()).toBe('person:ada');
    expect(await part('version').textContent()).toBe(String(row?.version));
    expect(await part('expires_at').textContent()).toContain(String(row?.expires_at));
    expect(JSON.parse(String(await part('payload').textContent()))).toEqual(JSON.parse(String(row?.payload)));
  });

  it('shows the attributes of the cookie and never its whole value', async () => {
    await visitor.press('Add Sencha');
    await looks();
    const value = String(await visitor.cookie());
    expect(await part('attributes').textContent()).toMatch(/HttpOnly\s+SameSite=Lax/);
    expect(await part('cookie').textContent()).toContain(`session=${value.slice(0, 6)}•`);
    expect(await visitor.page.content()).not.toContain(value.slice(0, 7));
    expect(await (await looks()).text()).not.toContain(value.slice(0, 7));
  });

  it('follows what happens in another tab', async () => {
    await visitor.press('Add Sencha');
    await addElsewhere('assam');
    await shows('payload', '"assam": 1');
    await shows('requests', '/cart/add');
    expect(visitor.complaints).toEqual([]);
  });

  it('begins and ends with the session', async () => {
    const { page } = visitor;
    await page.getByText('Nothing yet').waitFor();
    await addElsewhere('assam');
    await part('key').waitFor();
    await page.evaluate(async () => {
      const body = new URLSearchParams();
      await fetch('/sign-out', { method: 'POST', body, redirect: 'manual' });
    });
    await page.getByText('Nothing yet').waitFor();
    expect(visitor.complaints).toEqual([]);
  });

  it('keeps no session alive by looking', async () => {
    await visitor.press('Add Sencha');
    await looks();
    const before = demo.rows();
    demo.advance(600);
    await shows('countdown', '4:');
    await looks();
    expect(demo.rows()).toEqual(before);
    await visitor.reload();
    expect(demo.rows()[0]?.expires_at).toBeGreaterThan(Number(before[0]?.expires_at) + 500_000);
  });

  it('shows a session that has run out, until it is collected', async () => {
    await visitor.press('Add Sencha');
    demo.advance(901);
    await shows('countdown', '0:00');
    expect(await part('key').count()).toBe(1);
    await visitor.reload();
    expect(await visitor.page.getByLabel('Sencha in your cart').textContent()).toBe('0');
  });

  it('uses up no message by looking', async () => {
    await visitor.press('Add Sencha');
    await addElsewhere('assam');
    await shows('payload', 'Assam is in your cart.');
    await looks();
    await visitor.reload();
    expect(await visitor.notice()).toBe('Assam is in your cart.');
  });

  it('moves nothing on the page when it changes', async () => {
    await visitor.press('Add Sencha');
    await visitor.page.evaluate(() => {
      const shifts: number[] = [];
      Object.assign(window, { shifts });
      new PerformanceObserver((list) => {
        for (const { value } of list.getEntries() as unknown as { value: number }[]) shifts.push(value);
      }).observe({ type: 'layout-shift', buffered: true });
    });
    await addElsewhere('assam');
    await shows('payload', '"assam": 1');
    await looks();
    expect(await visitor.page.evaluate(() => (window as unknown as { shifts: number[] }).shifts)).toEqual([]);
  });

  it('says so when the server is not reached, and comes back', async () => {
    const { page } = visitor;
    await page.locator('#live[data-state="live"]').waitFor();
    await page.context().setOffline(true);
    await page.locator('#live[data-state="lost"]').waitFor();
    await page.context().setOffline(false);
    await page.locator('#live[data-state="live"]').waitFor();
  });
});
