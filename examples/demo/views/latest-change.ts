import type { Inspection } from '../inspection.ts';
import type { FieldChange } from '../record-diff.ts';
import { type Html, html } from './html.ts';

/** Enough characters of an id or a hash to see that it has changed. */
const recognizable = 8;

/**
 * The last form and what it changed in the record, for windows too narrow to show the record next to the shop. It stays at
 * the bottom of the window and opens to show every change.
 */
export function latestChange(inspection: Inspection): Html {
  const { change, held } = inspection;
  const changes = (held && change?.changes) || [];
  return html`<aside class="latest" id="latest" aria-label="Last change">
<details>
<summary data-live="latest">${summary(inspection)}</summary>
<div data-live="latest-changes" data-quiet>${changes.length > 0 && html`<dl>${changes.map(changeRow)}</dl>`}</div>
<p><a href="#live">Everything that the store holds</a></p>
</details>
</aside>`;
}

function summary({ change, held, cookie, now }: Inspection): Html {
  if (!cookie) return plain('Nothing stored', 'No cookie and no record. Add a tea or sign in.');
  if (!held) return plain('Record removed', 'The session has ended.');
  if (held.expiresAt <= now) return plain('Record expired', 'It is waiting for garbage collection.');
  if (!change) return plain('Record in store', 'Nothing sent since the server started.');
  const { method, path, event } = change.request;
  return html`<span class="request"><b>${method}</b> ${path}</span> <span class="outcome" data-outcome="${event.outcome}">${event.outcome}</span>
<span class="changes">${change.changes.length === 0 ? 'No value changed' : change.changes.map(inShort)}</span>`;
}

function plain(title: string, text: string): Html {
  return html`<span class="request"><b>${title}</b></span> <span class="changes">${text}</span>`;
}

function inShort({ name, before, after }: FieldChange): Html {
  if (name.startsWith('flash')) return html`<span>${after === undefined ? '−' : '+'}${name}</span> `;
  return html`<span>${name} ${values(name, before, after)}</span> `;
}

function changeRow({ name, before, after }: FieldChange): Html {
  return html`<div><dt>${name}</dt><dd>${values(name, before, after)}</dd></div>`;
}

function values(name: string, before: string | undefined, after: string | undefined): Html {
  const show = (value: string) =>
    name === 'key' || name === 'id' ? `${value.slice(0, recognizable)}…` : value;
  const old = before !== undefined && html`<del>${show(before)}</del> → `;
  return html`${old}${after === undefined ? html`<i>removed</i>` : html`<ins>${show(after)}</ins>`}`;
}
