import type { Session } from '@store/session/express';
import type { DemoFlash, DemoSession, Notice } from '../demo-session.ts';
import type { Device } from '../devices.ts';
import { type Ending, markOf } from '../endings.ts';
import type { Inspection } from '../inspection.ts';
import { accountCard } from './account-card.ts';
import { cartCard } from './cart-card.ts';
import { deliveryCard } from './delivery-card.ts';
import { devicesCard } from './devices-card.ts';
import { endingNotice } from './ending-notice.ts';
import { type Html, html } from './html.ts';
import { layout } from './layout.ts';
import { livePanels } from './live-view.ts';

export interface HomePage {
  session: Session<DemoSession, DemoFlash>;
  /** `undefined` when the store cannot list devices. */
  devices: readonly Device[] | undefined;
  inspection: Inspection;
  /** How the session named by the browser's cookie ended. */
  ending: Ending | undefined;
}

/** The shop on one side, and what the store holds on the other. */
export function homePage({ session, devices, inspection, ending }: HomePage): Html {
  const name = session.get('name');
  return layout(
    'Store: a session from both sides',
    html`<header class="top">
<p class="brand"><img src="/icon.svg" alt="" width="28" height="28">Store <span>demo</span></p>
<p class="pill">Sessions in ${inspection.backend.label}</p>
<a class="jump" href="#live">What the store holds</a>
</header>
<div class="columns" data-live-source="${liveSource(session)}">
<main>
<h1>A session, seen from both sides</h1>
<p class="lead">This little tea shop keeps everything it knows about you in one session. Click, and watch what
${inspection.backend.label} actually holds for this browser.</p>
<div class="notices">${endingNotice(ending, 'new')}${notice(session.getFlash('notice'))}</div>
${accountCard(session, name)}
${cartCard(session.get('cart') ?? {}, inspection.kind === 'server')}
${deliveryCard(session)}
${name !== undefined && devicesCard(devices, inspection.now)}
</main>
${livePanels(inspection)}
</div>`,
  );
}

/** The URL that the script polls. It identifies this page's session, so that the response can say when that session has ended. */
function liveSource({ isNew, subject }: HomePage['session']): string {
  return isNew ? '/live' : `/live?${new URLSearchParams({ session: markOf(subject) })}`;
}

function notice(left: Readonly<Notice> | undefined): Html | undefined {
  return left && html`<p class="notice" data-tone="${left.tone}" role="status">${left.text}</p>`;
}
