import type { Device } from '../devices.ts';
import { codeLine } from './code-line.ts';
import { type Html, html } from './html.ts';

export function devicesCard(devices: readonly Device[] | undefined, now: number): Html {
  const noOthers = devices?.every(({ isThis }) => isThis);
  return html`<section class="card" aria-labelledby="devices">
<h2 id="devices">Your devices</h2>
${devices ? deviceList(devices, now) : unlisted}
<div class="actions">
<form method="post" action="/devices/log-out-others"><button class="quiet"${noOthers && html` disabled`}>Log out everywhere else</button></form>
<form method="post" action="/devices/log-out-all"><button class="quiet danger">Log out everywhere</button></form>
</div>
${
  devices
    ? codeLine(
        'await store.destroyAll(session.subject, { only: handle });',
        'the handle is a hash, not the session id',
      )
    : codeLine('await store.destroyAll(session.subject, { except: session.id });', 'recorded in SQLite')
}
</section>`;
}

const unlisted = html`<p>Sessions in cookies cannot be listed, because no server knows how many exist. They can still be ended:
a table in SQLite records which ones have ended. Try it with a private window.</p>`;

function deviceList(devices: readonly Device[], now: number): Html {
  return html`<p>Open this page in a private window, sign in with the same name, and it appears here.</p>
<ul class="devices">
${devices.map((device) => deviceItem(device, now))}</ul>`;
}

function deviceItem({ handle, name, signedInAt, lastSeenAt, isThis }: Device, now: number): Html {
  const seen = !isThis && lastSeenAt !== undefined;
  return html`<li>
<div class="device"><strong>${name}</strong>
<span>Signed in at ${time(signedInAt)}</span>
${seen && html`<span>Last seen ${ago(now - lastSeenAt)}</span>`}</div>
${
  isThis
    ? html`<span class="badge">This device</span>`
    : html`<form method="post" action="/devices/log-out">
<input type="hidden" name="handle" value="${handle}">
<button class="quiet" aria-label="Log out ${name}">Log out</button>
</form>`
}
</li>
`;
}

function time(at: number): Html {
  const iso = new Date(at).toISOString();
  return html`<time datetime="${iso}">${iso.slice(11, 16)} UTC</time>`;
}

function ago(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 1) return 'just now';
  const format = new Intl.RelativeTimeFormat('en');
  return minutes < 60 ? format.format(-minutes, 'minute') : format.format(-Math.floor(minutes / 60), 'hour');
}
