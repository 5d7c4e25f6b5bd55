import type { Session } from '@store/session/express';
import type { DemoFlash, DemoSession } from '../demo-session.ts';
import { type Html, html } from './html.ts';

export interface Field {
  session: Session<DemoSession, DemoFlash>;
  name: string;
  label: string;
  autocomplete: string;
  type?: 'text' | 'email';
  /** Whether the field receives focus when it is redisplayed with an error. */
  focus?: boolean;
}

/** A text field, redisplayed with the visitor's input and its error. */
export function field({ session, name, label, autocomplete, type = 'text', focus = true }: Field): Html {
  const error = session.error(name);
  const described = html` aria-invalid="true" aria-describedby="${name}-error"${focus && html` autofocus`}`;
  return html`<div class="field">
<label for="${name}">${label}</label>
<input id="${name}" name="${name}" type="${type}" value="${String(session.old(name) ?? '')}" autocomplete="${autocomplete}"${error !== undefined && described}>
<p class="error" id="${name}-error">${error}</p>
</div>`;
}
