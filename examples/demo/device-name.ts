import Bowser from 'bowser';

/** Names as people say them, where the library is more exact than that. */
const shorter: Record<string, string> = {
  'Microsoft Edge': 'Edge',
  'Samsung Internet for Android': 'Samsung Internet',
};

/** Longer ones are no browser's, and would only keep the parser busy. */
const longest = 512;

/** The browser and the system that a `User-Agent` header names, such as "Firefox on Linux". */
export function deviceName(userAgent = ''): string {
  if (userAgent === '' || userAgent.length > longest) return 'Unknown browser';
  const { browser, os } = Bowser.parse(userAgent);
  const name = browser.name || 'Unknown browser';
  return os.name ? `${shorter[name] ?? name} on ${os.name}` : (shorter[name] ?? name);
}
