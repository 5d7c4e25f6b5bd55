import type { Ending } from '../endings.ts';
import { type Html, html } from './html.ts';

/**
 * Says that the session has ended and why, and links to a new one.
 *
 * @param page `open`: the script adds it to the open page whose session ended. `new`: it is part of a newly loaded page.
 */
export function endingNotice(ending: Ending | undefined, page: 'open' | 'new'): Html | undefined {
  if (!ending) return undefined;
  const [text, way] = {
    'other-device': ['Signed out on another device.', 'Sign in again'],
    'other-tab': ['Signed out in another tab.', 'Sign in again'],
    expired: ['Your session has expired.', undefined],
    unknown: ['Your session has ended.', undefined],
  }[ending];
  // An open page has to be reloaded: a link with a fragment would only scroll it.
  const link =
    page === 'open'
      ? html` <a href="/">${way ?? 'Start again'}</a>.`
      : way !== undefined && html` <a href="#account">${way}</a>.`;
  return html`<p class="notice" id="ended" data-tone="bad" role="alert">${text}${link}</p>`;
}
