import Bowser from 'bowser';

/** Everyday names for browsers that the library names in full. */
const shorter: Record<string, string> = {
  'Microsoft Edge': 'Edge',
  'Samsung Internet for Android': 'Samsung Internet',
};

/** No browser sends a longer header, and parsing one would waste time. */
const longest = 512;

/** The browser and the system that a `User-Agent` header names, such as "Firefox on Linux". */
export function deviceName(userAgent = ''): string {
  if (userAgent === '' || userAgent.length > longest) return 'Unknown browser';
  const { browser, os } = Bowser.parse(userAgent);
  const name = browser.name || 'Unknown browser';
  return os.name ? `${shorter[name] ?? name} on ${os.name}` : (shorter[name] ?? name);
}
