import type { Inspection } from '../inspection.ts';
import type { LoggedRequest } from '../request-log.ts';
import { type Html, html } from './html.ts';

/** What the session middleware reported about the last requests. */
export function requestsPart({ requests, peeks }: Inspection): Html {
  return html`<section class="part" aria-labelledby="part-requests">
<h3 id="part-requests">Last requests <span>any browser, and <span data-live="peeks" data-quiet>${peeks}</span> peeks</span></h3>
<ol class="requests" data-live="requests" data-quiet>${requests.map(requestItem)}</ol>
</section>`;
}

function requestItem({ method, path, event }: LoggedRequest): Html {
  const took = `${event.milliseconds.toFixed(1)} ms`;
  const detail =
    event.type === 'request'
      ? `cookie ${event.cookie}: ${event.reason}`
      : `after the response: ${event.type}${event.removed === undefined ? '' : `, ${event.removed} removed`}`;
  return html`<li>
<span class="request"><b>${method}</b> ${path}</span><span class="outcome" data-outcome="${event.outcome}">${event.outcome}</span>
<span class="detail">${detail}</span><span class="took">${took}</span>
</li>`;
}
