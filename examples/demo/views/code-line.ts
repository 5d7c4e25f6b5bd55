import { type Html, html } from './html.ts';

/** The line of this application that a card comes down to, as it stands in `routes/`. */
export function codeLine(code: string, remark: string): Html {
  return html`<p class="code-line"><code>${code}</code> <span>${remark}</span></p>`;
}
