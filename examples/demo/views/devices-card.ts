import type { SessionSummary } from '@store/core';
import { sessionKey } from '@store/core/driver';
import { codeLine } from './code-line.ts';
import { type Html, html } from './html.ts';

export function devicesCard(devices: readonly SessionSummary[] | undefined, id: string, now: number): Html {
  const own = sessionKey(id);
  const noOthers = devices?.every(({ handle }) => handle === own);
  return html`<section class="card" aria-labelledby="devices">
<h2 id="devices">Your devices</h2>
${devices ? deviceList(devices, own, now) : unlisted}
<div class="actions">
<form method="post" action="/devices/log-out-others"><button class="quiet"${noOthers && html` disabled`}>Log out everywhere else</button></form>
<form method="post" action="/devices/log-out-all"><button class="quiet danger">Log out everywhere</button></form>
</div>
${
  devices
    ? codeLine(
        'await store.destroyAll(session.subject, { only: handle });',
        'the handle is the hashed key, no id',
      )
    : codeLine('await store.destroyAll(session.subject, { except: session.id });', 'written down in SQLite')
}
</section>`;
}

const unlisted = html`<p>Sessions in cookies cannot be listed: no server knows how many there are. They can be ended all the
same, for a ledger in SQLite remembers which ones are over. Try it with a private window.</p>`;

function deviceList(devices: readonly SessionSummary[], own: string, now: number): Html {
  return html`<p>Open this page in a private window, sign in with the same name, and it appears here.</p>
<ul class="devices">
${devices.map((device) => deviceItem(device, device.handle === own, now))}</ul>`;
}

function deviceItem({ handle, data, createdAt }: SessionSummary, isOwn: boolean, now: number): Html {
  const device = String(data.device ?? 'Unknown browser');
  return html`<li>
<div class="device"><strong>${device}</strong><span>Signed in ${ago(now - createdAt)}</span></div>
${
  isOwn
    ? html`<span class="badge">This device</span>`
    : html`<form method="post" action="/devices/log-out">
<input type="hidden" name="handle" value="${handle}">
<button class="quiet" aria-label="Log out ${device}">Log out</button>
</form>`
}
</li>
`;
}

function ago(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 1) return 'just now';
  const format = new Intl.RelativeTimeFormat('en');
  return minutes < 60 ? format.format(-minutes, 'minute') : format.format(-Math.floor(minutes / 60), 'hour');
}
