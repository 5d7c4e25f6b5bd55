import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

/** A visitor to the shop, with a separate browser. */
export interface Visitor {
  page: Page;
  /** The browser's complaints: errors, warnings and refused resources. */
  complaints: string[];
  /** Presses a button that sends a form, and waits for the page after the redirect. */
  press(name: string): Promise<void>;
  reload(): Promise<void>;
  /** The message on the page after a redirect; `undefined` when it shows none. */
  notice(): Promise<string | undefined>;
  /** The value of the session cookie. */
  cookie(): Promise<string | undefined>;
}

export async function visit(
  browser: Browser,
  origin: string,
  options: BrowserContextOptions = {},
): Promise<Visitor> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  await page.goto(origin);

  return {
    page,
    complaints,
    async press(name) {
      const arrived = page.waitForEvent('load');
      await page.getByRole('button', { name, exact: true }).click();
      await arrived;
    },
    async reload() {
      await page.reload();
    },
    async notice() {
      const notice = page.locator('.notice');
      return (await notice.count()) === 0 ? undefined : String(await notice.textContent());
    },
    async cookie() {
      const cookies = await context.cookies(origin);
      return cookies.find(({ name }) => name === 'session')?.value;
    },
  };
}

/** A second device, simulated by its `User-Agent`. */
export const phone: BrowserContextOptions = {
  userAgent:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
};
