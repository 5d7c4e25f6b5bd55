import type { Inspection } from '../inspection.ts';
import { cookiePart } from './cookie-part.ts';
import { heldPart } from './held-part.ts';
import { type Html, html } from './html.ts';
import { latestChange } from './latest-change.ts';
import { requestsPart } from './requests-part.ts';

/** The parts of the page that the script keeps current. */
export function livePanels(inspection: Inspection): Html {
  return html`<aside class="inspector" id="live" tabindex="0" aria-label="What the store holds">
${liveView(inspection)}
</aside>
${latestChange(inspection)}`;
}

/**
 * Cookie, record and requests at one moment. The script replaces what differs, one `data-live` element at a time; elements with
 * `data-quiet` change all the time and are not highlighted.
 */
function liveView(inspection: Inspection): Html {
  const time = new Date(inspection.now).toISOString().slice(11, 19);
  return html`<div class="live-head">
<h2>What the store holds</h2>
<p class="pulse"><span data-live="time" data-quiet>${time}</span> UTC</p>
</div>
<noscript><p class="remark">Without JavaScript, this shows the moment the page was loaded. Reload it to update.</p></noscript>
${cookiePart(inspection)}
<p class="arrow" aria-hidden="true"><span>${inspection.kind === 'cookie' ? 'opened with the password' : 'SHA-256'}</span></p>
${heldPart(inspection)}
${requestsPart(inspection)}
`;
}
