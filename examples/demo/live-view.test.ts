import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser } from './test/browser.ts';
import { type DemoServer, startDemo } from './test/demo-server.ts';
import { type Visitor, visit } from './test/visitor.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

interface LiveView {
  demo: DemoServer;
  visitor: Visitor;
  part(name: string): Locator;
  /** Waits until a part contains this text. */
  shows(name: string, text: string): Promise<unknown>;
  /** Waits until the view polls the server again. */
  looks(): Promise<string>;
  /** Sends a form as another tab would, without following the redirect, so that a message stays in the session. */
  sendElsewhere(path: string, product?: string): Promise<void>;
}

// The tests spend most of their time waiting for the view to poll, so they run concurrently, each with a separate shop.
const it = test.extend<{ live: LiveView }>({
  live: async ({ task: _task }, use) => {
    const demo = await startDemo();
    const visitor = await visit(browser, demo.origin);
    const { page } = visitor;
    await use({
      demo,
      visitor,
      part: (name) => page.locator(`[data-live="${name}"]`),
      shows: (name, text) =>
        page.waitForFunction(
          ([selector, wanted]) => document.querySelector(selector)?.textContent?.includes(wanted),
          [`[data-live="${name}"]`, text] as const,
        ),
      looks: async () => (await page.waitForResponse('**/live*')).text(),
      sendElsewhere: (path, product = '') =>
        page.evaluate(
          async ([action, id]) => {
            const body = new URLSearchParams({ product: id });
            await fetch(action, { method: 'POST', body, redirect: 'manual' });
          },
          [path, product] as const,
        ),
    });
    await page.context().close();
    await demo.close();
  },
});

describe.concurrent('the live view', () => {
  it('shows the content of the row, word for word', async ({
    live: { demo, visitor, part, shows, looks },
  }) => {
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

  it('shows the attributes of the cookie and never its whole value', async ({
    live: { visitor, part, looks },
  }) => {
    await visitor.press('Add Sencha');
    await looks();
    const value = String(await visitor.cookie());
    expect(await part('attributes').textContent()).toMatch(/HttpOnly\s+Priority=High\s+SameSite=Lax/);
    expect(await part('cookie').textContent()).toContain(`session=${value.slice(0, 6)}•`);
    expect(await visitor.page.content()).not.toContain(value.slice(0, 7));
    expect(await looks()).not.toContain(value.slice(0, 7));
  });

  it('follows what happens in another tab', async ({ live: { visitor, shows, sendElsewhere } }) => {
    await visitor.press('Add Sencha');
    await sendElsewhere('/cart/add', 'assam');
    await shows('payload', '"assam": 1');
    await shows('requests', '/cart/add');
    expect(visitor.complaints).toEqual([]);
  });

  it('begins and ends with the session', async ({ live: { visitor, part, sendElsewhere } }) => {
    const { page } = visitor;
    await page.locator('#live').getByText('Nothing stored').waitFor();
    await sendElsewhere('/cart/add', 'assam');
    await part('key').waitFor();
    await sendElsewhere('/sign-out');
    await page.locator('#live').getByText('Nothing stored').waitFor();
    expect(visitor.complaints).toEqual([]);
  });

  it('distinguishes a cookie without a record from no cookie', async ({ live: { demo, visitor } }) => {
    const { page } = visitor;
    await visitor.press('Add Sencha');
    await demo.store.destroy(String(await visitor.cookie()));
    await page.locator('#live').getByText('Nothing under this key').waitFor();
    await page.context().clearCookies();
    await page.locator('#live').getByText('Nothing stored').waitFor();
    expect(visitor.complaints).toEqual([]);
  });

  it('does not keep a session alive by polling', async ({ live: { demo, visitor, shows, looks } }) => {
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

  it('shows an expired session until it is collected', async ({ live: { demo, visitor, part, shows } }) => {
    await visitor.press('Add Sencha');
    demo.advance(901);
    await shows('countdown', '0:00');
    expect(await part('key').count()).toBe(1);
    await visitor.page.getByText('Expired; waiting for garbage collection').waitFor();
    await visitor.reload();
    expect(await visitor.page.getByLabel('Sencha in your cart').textContent()).toBe('0');
  });

  it('does not consume messages by polling', async ({ live: { visitor, shows, looks, sendElsewhere } }) => {
    await visitor.press('Add Sencha');
    await sendElsewhere('/cart/add', 'assam');
    await shows('payload', 'Assam is in your cart.');
    await looks();
    await visitor.reload();
    expect(await visitor.notice()).toBe('Assam is in your cart.');
  });

  it('does not shift the page when it changes', async ({
    live: { visitor, shows, looks, sendElsewhere },
  }) => {
    await visitor.press('Add Sencha');
    await visitor.page.evaluate(() => {
      const shifts: number[] = [];
      Object.assign(window, { shifts });
      new PerformanceObserver((list) => {
        for (const { value } of list.getEntries() as unknown as { value: number }[]) shifts.push(value);
      }).observe({ type: 'layout-shift', buffered: true });
    });
    await sendElsewhere('/cart/add', 'assam');
    await shows('payload', '"assam": 1');
    await looks();
    expect(await visitor.page.evaluate(() => (window as unknown as { shifts: number[] }).shifts)).toEqual([]);
  });

  it('shows that the server is unreachable, and recovers', async ({ live }) => {
    const { page } = live.visitor;
    await page.locator('#live[data-state="live"]').waitFor();
    await page.context().setOffline(true);
    await page.locator('#live[data-state="lost"]').waitFor();
    await page.context().setOffline(false);
    await page.locator('#live[data-state="live"]').waitFor();
  });
});
