import type { Inspection } from '../inspection.ts';
import { type Html, html } from './html.ts';

const shown = 6;

/** The cookie with a truncated value: anyone who has the whole value is signed in, which is why HttpOnly hides it from scripts. */
export function cookiePart({ cookie }: Inspection): Html {
  return html`<section class="part" aria-labelledby="part-cookie">
<h3 id="part-cookie">In the browser <span>one cookie</span></h3>
<p class="cookie" data-live="cookie">${
    cookie
      ? html`<code>${cookie.name}</code>=<code class="value">${cookie.value.slice(0, shown)}</code><span class="masked">${'•'.repeat(12)}</span>`
      : html`<span class="none">No session cookie.</span>`
  }</p>
<p class="attributes" data-live="attributes">${attributes(cookie)}</p>
<p class="remark">Truncated on purpose: anyone who has the whole value <em>is</em> you.</p>
</section>`;
}

function attributes(cookie: Inspection['cookie']): Html {
  if (!cookie) return html`<span>It is set once there is something to keep.</span>`;
  if (!cookie.attributes) return html`<span>Sent before this server started.</span>`;
  return html`${cookie.attributes.map((attribute) => html`<code>${attribute}</code> `)}`;
}
