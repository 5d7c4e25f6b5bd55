import { type Html, html } from './html.ts';

const token = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d[\d.eE+-]*|true|false|null)/g;

/** Indents and colors JSON text; leaves other text unchanged. */
export function prettyJson(text: string): Html {
  const pretty = indent(text);
  const parts: Html[] = [];
  let end = 0;
  for (const match of pretty.matchAll(token)) {
    const [whole, string, colon, literal] = match;
    const kind = literal !== undefined ? 'literal' : colon !== undefined ? 'name' : 'string';
    parts.push(
      html`${pretty.slice(end, match.index)}<span class="json-${kind}">${string ?? literal}</span>${colon}`,
    );
    end = match.index + whole.length;
  }
  return html`${parts}${pretty.slice(end)}`;
}

function indent(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
