import type { Session } from '@store/session/express';
import type { DemoFlash, DemoSession } from '../demo-session.ts';
import { codeLine } from './code-line.ts';
import { field } from './field.ts';
import { type Html, html } from './html.ts';

const fields = [
  { name: 'recipient', label: 'Recipient', autocomplete: 'name' },
  { name: 'email', label: 'E-mail', autocomplete: 'email', type: 'email' },
  { name: 'town', label: 'Town', autocomplete: 'address-level2' },
] as const;

export function deliveryCard(session: Session<DemoSession, DemoFlash>): Html {
  const first = fields.find(({ name }) => session.hasError(name));
  return html`<section class="card" aria-labelledby="delivery">
<h2 id="delivery">Have it delivered</h2>
<p>Send it half filled in: it comes back with your input and what is missing. Nothing leaves this machine.</p>
<form class="delivery" method="post" action="/delivery" novalidate>
${fields.map((each) => field({ session, ...each, focus: each === first }))}
<button>Order</button>
</form>
${codeLine('session.flashErrors(z.flattenError(form.error).fieldErrors);', 'flash: kept for the next request only')}
</section>`;
}
