import type { SessionSummary } from '@store/core';
import type { Session } from '@store/session/express';
import type { DemoFlash, DemoSession, Notice } from '../demo-session.ts';
import type { Inspection } from '../inspection.ts';
import { accountCard } from './account-card.ts';
import { cartCard } from './cart-card.ts';
import { deliveryCard } from './delivery-card.ts';
import { devicesCard } from './devices-card.ts';
import { type Html, html } from './html.ts';
import { layout } from './layout.ts';
import { liveView } from './live-view.ts';

export interface HomePage {
  session: Session<DemoSession, DemoFlash>;
  /** `undefined` when the store cannot list them. */
  devices: readonly SessionSummary[] | undefined;
  inspection: Inspection;
}

/** The shop on one side, what the store holds on the other. */
export function homePage({ session, devices, inspection }: HomePage): Html {
  const name = session.get('name');
  return layout(
    'Store: a session from both sides',
    html`<header class="top">
<p class="brand"><img src="/icon.svg" alt="" width="28" height="28">Store <span>demo</span></p>
<p class="pill">Sessions in ${inspection.backend.label}</p>
<a class="jump" href="#live">What the store holds</a>
</header>
<div class="columns">
<main>
<h1>A session, seen from both sides</h1>
<p class="lead">This little tea shop keeps everything it knows about you in one session. Click, and watch what
${inspection.backend.label} really holds for this browser.</p>
${notice(session.getFlash('notice'))}
${accountCard(session, name)}
${cartCard(session.get('cart') ?? {}, inspection.kind === 'server')}
${deliveryCard(session)}
${name !== undefined && devicesCard(devices, session.id, inspection.now)}
</main>
<aside class="inspector" id="live" tabindex="0" aria-label="What the store holds">
${liveView(inspection)}
</aside>
</div>`,
  );
}

function notice(left: Readonly<Notice> | undefined): Html | undefined {
  return left && html`<p class="notice" data-tone="${left.tone}" role="status">${left.text}</p>`;
}
