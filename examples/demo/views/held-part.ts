import type { HeldField } from '../backends/backend.ts';
import type { Inspection } from '../inspection.ts';
import { type Html, html } from './html.ts';
import { prettyJson } from './pretty-json.ts';

/** The record as the backend returned it, with the backend's field names. */
export function heldPart(inspection: Inspection): Html {
  const { backend, held } = inspection;
  return html`<section class="part held" aria-labelledby="part-held">
<h3 id="part-held">In ${backend.label} <span>${backend.place}</span></h3>
${countdown(inspection)}
${held ? html`<dl>${held.fields.map(fieldRow)}</dl>` : nothing(inspection)}
</section>`;
}

function countdown({ held, now, idleTimeout }: Inspection): Html {
  const left = held ? Math.max(0, Math.ceil((held.expiresAt - now) / 1000)) : 0;
  const text = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
  return html`<div class="countdown">
<p class="remark" data-live="clock" data-quiet>${held && left === 0 ? 'Expired; waiting for garbage collection' : 'Restarts with each request, but not with a peek'}</p>
<strong><span data-live="countdown" data-quiet>${held ? text : '–'}</span></strong>
<div data-live="progress" data-quiet><progress max="${idleTimeout}" value="${left}" aria-label="Time left"></progress></div>
</div>`;
}

function nothing({ cookie }: Inspection): Html {
  const [title, text] = cookie
    ? ['Nothing under this key', 'The session has ended. The next change begins a new one, with a new id.']
    : [
        'Nothing stored',
        'A visitor without a session costs the store nothing, not even a read. Add a tea or sign in.',
      ];
  return html`<div class="nothing" data-live="${cookie ? 'ended' : 'nothing'}" data-quiet><strong>${title}</strong><p>${text}</p></div>`;
}

function fieldRow({ name, value, kind }: HeldField): Html {
  if (value === null) return html`<div><dt>${name}</dt><dd data-live="${name}"><i>null</i></dd></div>`;
  if (kind === 'json') {
    return html`<div class="wide"><dt>${name}</dt><dd><pre data-live="${name}" tabindex="0" aria-label="${name}">${prettyJson(String(value))}</pre></dd></div>`;
  }
  const time =
    kind === 'time' && html` <small>${new Date(Number(value)).toISOString().slice(11, 19)} UTC</small>`;
  return html`<div${name === 'key' && html` class="wide"`}><dt>${name}</dt><dd data-live="${name}">${value}${time}</dd></div>`;
}
