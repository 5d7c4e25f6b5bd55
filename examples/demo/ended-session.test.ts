import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { markOf } from './endings.ts';
import { launchBrowser } from './test/browser.ts';
import { type DemoServer, startDemo } from './test/demo-server.ts';
import { phone, type Visitor, visit } from './test/visitor.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

interface Site {
  demo: DemoServer;
  handset: Visitor;
  /** Sends a form from another device, signed in as Ada. */
  sendFromLaptop(path: string): Promise<void>;
}

async function open(options = {}): Promise<Site & { close(): Promise<void> }> {
  const demo = await startDemo();
  const handset = await visit(browser, demo.origin, { ...phone, ...options });
  const post = (path: string, form: Record<string, string>, cookie = '') =>
    fetch(demo.origin + path, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers: { cookie },
      redirect: 'manual',
    });
  return {
    demo,
    handset,
    async sendFromLaptop(path) {
      const [device] = await demo.store.list('person:ada');
      const [cookie = ''] = (await post('/sign-in', { name: 'Ada' })).headers.getSetCookie();
      await post(path, { handle: device?.handle ?? '' }, cookie.split(';', 1)[0]);
    },
    async close() {
      await handset.page.context().close();
      await demo.close();
      expect(handset.complaints).toEqual([]);
    },
  };
}

const it = test.extend<{ site: Site; scriptless: Site }>({
  site: async ({ task: _task }, use) => {
    const site = await open();
    await use(site);
    await site.close();
  },
  scriptless: async ({ task: _task }, use) => {
    const site = await open({ javaScriptEnabled: false });
    await use(site);
    await site.close();
  },
});

const ended = ({ page }: Visitor) => page.locator('#ended');

/** Sends a form from another tab of the same browser, in the background. */
const sendElsewhere = ({ page }: Visitor, path: string) =>
  page.evaluate(async (action) => void (await fetch(action, { method: 'POST', redirect: 'manual' })), path);

/** Waits until the page has polled the server once more and shown the response. */
async function looksAgain({ page }: Visitor): Promise<void> {
  // The first poll may have started before now; the second starts after the first response has been shown.
  for (let looks = 0; looks < 3; looks++) await page.waitForRequest('**/live*');
}

const otherDevice = 'Signed out on another device. Sign in again.';

describe('an open page whose session ends', () => {
  it.for(['/devices/log-out', '/devices/log-out-others', '/devices/log-out-all'])(
    'says that another device signed it out, and links to the sign-in form: %s',
    async (path, { site: { handset, sendFromLaptop } }) => {
      await handset.press('Sign in as Ada');
      await sendFromLaptop(path);
      await ended(handset).waitFor();
      expect(await ended(handset).textContent()).toBe(otherDevice);
      await handset.page.getByRole('link', { name: 'Sign in again' }).click();
      await handset.press('Sign in as Ada');
      expect(await handset.page.getByRole('heading', { name: 'Signed in as Ada' }).isVisible()).toBe(true);
      expect(await ended(handset).count()).toBe(0);
    },
  );

  it('says that another tab signed out', async ({ site: { handset } }) => {
    await handset.press('Sign in as Ada');
    await sendElsewhere(handset, '/sign-out');
    await ended(handset).waitFor();
    expect(await ended(handset).textContent()).toBe('Signed out in another tab. Sign in again.');
  });

  it('says so even in a tab that polled with the old cookie', async ({ site: { demo } }) => {
    const send = (path: string, cookie: string, init: RequestInit = {}) =>
      fetch(demo.origin + path, { ...init, headers: { cookie }, redirect: 'manual' });
    const form = { method: 'POST', body: new URLSearchParams({ name: 'Ada' }) };
    const [line = ''] = (await send('/sign-in', '', form)).headers.getSetCookie();
    const [cookie = ''] = line.split(';');
    await send('/sign-out', cookie, { method: 'POST' });
    const live = await send(`/live?session=${markOf('person:ada')}`, cookie);
    expect(await live.text()).toContain('Signed out in another tab.');
  });

  it('says that it has expired', async ({ site: { demo, handset } }) => {
    await handset.press('Add Sencha');
    demo.advance(901);
    await ended(handset).waitFor();
    expect(await ended(handset).textContent()).toBe('Your session has expired. Start again.');
  });

  it('says so on a phone wherever the visitor has scrolled, and again for the next session', async ({
    site: { demo, handset },
  }) => {
    const { page } = handset;
    await page.setViewportSize({ width: 390, height: 844 });
    await handset.press('Sign in as Ada');
    await demo.store.destroyAll('person:ada');
    await ended(handset).waitFor();
    await handset.press('Add Sencha');
    expect(await ended(handset).textContent()).toBe('Your session has ended.');
    await page.getByRole('link', { name: 'What the store holds', exact: true }).click();
    demo.advance(901);
    await ended(handset).getByText('Start again').waitFor();
    expect(await ended(handset).evaluate((node) => node.getBoundingClientRect().top)).toBeGreaterThan(0);
    await page.getByRole('link', { name: 'Start again' }).click();
    await page.getByText('Your session has expired.').waitFor();
  });

  it('replaces the last message, says only that the session ended if the reason is unknown, and keeps what was typed', async ({
    site: { demo, handset },
  }) => {
    await handset.press('Sign in as Ada');
    await handset.page.getByLabel('Recipient').fill('Ada');
    await demo.store.destroyAll('person:ada');
    await ended(handset).waitFor();
    expect(await handset.page.locator('.notice').allTextContents()).toEqual([
      'Your session has ended. Start again.',
    ]);
    expect(await handset.page.getByLabel('Recipient').inputValue()).toBe('Ada');
  });
});

describe('a page whose session continues, or ended as expected', () => {
  it('says nothing when another tab gives the session a new id', async ({ site: { handset } }) => {
    await handset.press('Sign in as Ada');
    await sendElsewhere(handset, '/regenerate');
    await looksAgain(handset);
    expect(await ended(handset).count()).toBe(0);
  });

  it('says nothing when it polls with the replaced id', async ({ site: { demo, handset } }) => {
    await handset.press('Sign in as Ada');
    const cookie = `session=${await handset.cookie()}`;
    await handset.press('Regenerate the id');
    const answer = await fetch(`${demo.origin}/live?session=${markOf('person:ada')}`, {
      headers: { cookie },
    });
    expect(await answer.text()).not.toContain('id="ended"');
  });

  it('says nothing when an order leaves nothing in the session', async ({ site: { demo, handset } }) => {
    const { page } = handset;
    await handset.press('Add Sencha');
    await page.getByLabel('Recipient').fill('Ada');
    await page.getByLabel('E-mail').fill('ada@example.com');
    await page.getByLabel('Town').fill('Lyon');
    await handset.press('Order');
    await looksAgain(handset);
    expect(demo.rows()).toEqual([]);
    expect(await ended(handset).count()).toBe(0);
    await handset.reload();
    expect(await ended(handset).count()).toBe(0);
  });
});

describe('without JavaScript,', () => {
  it('the next page says that another device signed it out', async ({ scriptless }) => {
    const { handset, sendFromLaptop } = scriptless;
    await handset.press('Sign in as Ada');
    await sendFromLaptop('/devices/log-out-others');
    await handset.reload();
    expect(await ended(handset).textContent()).toBe(otherDevice);
    await handset.press('Sign in as Ada');
    expect(await ended(handset).count()).toBe(0);
  });

  it.for(['Add Sencha', 'Regenerate the id', 'Sign out', 'Log out everywhere'])(
    'the page after a form says so, and only the cart begins a new session: %s',
    async (button, { scriptless: { demo, handset, sendFromLaptop } }) => {
      await handset.press('Sign in as Ada');
      await sendFromLaptop('/devices/log-out-all');
      await handset.press(button);
      expect(await ended(handset).textContent()).toBe(otherDevice);
      const isAdded = button === 'Add Sencha';
      expect(await handset.page.locator('.notice').allTextContents()).toEqual(
        isAdded ? [otherDevice, 'Sencha is in your cart.'] : [otherDevice],
      );
      expect(demo.rows()).toHaveLength(isAdded ? 1 : 0);
    },
  );
});
