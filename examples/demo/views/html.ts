const markup = Symbol('markup');

/** Markup that is safe to send. Only {@link html} can create it, since JSON from a session cannot contain the symbol. */
export interface Html {
  readonly [markup]: string;
  toString(): string;
}

type Part = Html | string | number | undefined | false | readonly Part[];

/** Writes markup. Interpolated values are escaped, unless they come from `html`. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  const text = strings.reduce((before, string, index) => before + write(parts[index - 1]) + string);
  return { [markup]: text, toString: () => text };
}

function write(part: Part): string {
  if (part === undefined || part === false) return '';
  if (typeof part === 'string' || typeof part === 'number') return escapeText(String(part));
  return markup in part ? part[markup] : part.map(write).join('');
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
