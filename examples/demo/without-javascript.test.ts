import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from './test/browser.ts';
import { type DemoServer, startDemo } from './test/demo-server.ts';
import { phone, visit } from './test/visitor.ts';

let browser: Browser;
let demo: DemoServer;

beforeAll(async () => {
  [browser, demo] = await Promise.all([launchBrowser(), startDemo()]);
});
afterAll(async () => {
  await browser.close();
  await demo.close();
});

describe('without JavaScript,', () => {
  it('everything works, and the page shows what the store held', async () => {
    const laptop = await visit(browser, demo.origin, { javaScriptEnabled: false });
    const handset = await visit(browser, demo.origin, { ...phone, javaScriptEnabled: false });
    const { page } = laptop;

    await laptop.press('Add Sencha');
    expect(await laptop.notice()).toBe('Sencha is in your cart.');
    expect(await page.locator('[data-live="payload"]').textContent()).toContain('"sencha": 1');
    await laptop.press('Order');
    expect(await page.locator('#recipient-error').textContent()).toBe('Who is it for?');
    await laptop.press('Sign in as Ada');
    await laptop.press('Regenerate the id');
    expect(await page.locator('[data-live="key"]').textContent()).toBe(demo.rows()[0]?.key);
    expect(await page.getByLabel('Sencha in your cart').textContent()).toBe('1');

    await handset.press('Sign in as Ada');
    await laptop.reload();
    await laptop.press('Log out Safari on iOS');
    await handset.reload();
    expect(await handset.page.locator('#live').getByText('The session has ended.').count()).toBe(1);

    await laptop.press('Sign out');
    expect(demo.rows()).toEqual([]);
    expect(await page.locator('#live').getByText('Nothing stored').isVisible()).toBe(true);
    expect([...laptop.complaints, ...handset.complaints]).toEqual([]);
  });
});
