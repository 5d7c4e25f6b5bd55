/** A piece of SVG text. */
export type Svg = string;

type Attributes = { [name: string]: string | number };

/** One element; text among its children must be escaped already. */
export function element(name: string, attributes: Attributes, ...children: Svg[]): Svg {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(short(value))}"`);
  const start = `<${name}${written.join('')}`;
  return children.length > 0 ? `${start}>${children.join('')}</${name}>` : `${start}/>`;
}

export function text(
  x: number,
  y: number,
  content: string,
  className = '',
  attributes: Attributes = {},
): Svg {
  return element('text', { x, y, ...(className && { class: className }), ...attributes }, escaped(content));
}

export function line(x1: number, y1: number, x2: number, y2: number, className: string): Svg {
  return element('line', { x1, y1, x2, y2, class: className });
}

/** A bar or band; never less than nothing wide or high. */
export function box(x: number, y: number, width: number, height: number, className: string, radius = 0): Svg {
  const size = { x, y, width: Math.max(0, width), height: Math.max(0, height), class: className };
  return element('rect', radius > 0 ? { ...size, rx: radius } : size);
}

/** Draws its own ground, light or dark, so that it can be read wherever it is shown. */
export function figure(
  {
    width,
    height,
    title,
    description,
  }: { width: number; height: number; title: string; description: string },
  ...children: Svg[]
): Svg {
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    role: 'img',
    'aria-labelledby': 'title description',
  };
  const parts = [
    element('title', { id: 'title' }, escaped(title)),
    element('desc', { id: 'description' }, escaped(description)),
    element('style', {}, style),
    element('rect', { x: 0.5, y: 0.5, width: width - 1, height: height - 1, rx: 8, class: 'ground' }),
    ...children,
  ];
  return `${element('svg', attributes, '\n', parts.join('\n'), '\n')}\n`;
}

export function escaped(content: string): string {
  return content
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function short(value: string | number): string {
  return typeof value === 'number' ? String(Math.round(value * 10) / 10) : value;
}

const light =
  '--ground:#fff;--edge:#d1d9e0;--ink:#1f2328;--soft:#59636e;--grid:#e6eaef;--ours:#3b5bdb;--peer:#aeb7c2;--noise:#f2b53a;--a:#3b5bdb;--b:#c2410c;--c:#0f766e;--d:#8a3ffc';
const dark =
  '--ground:#0d1117;--edge:#3d444d;--ink:#f0f6fc;--soft:#9198a1;--grid:#262c36;--ours:#6f8bff;--peer:#59636e;--noise:#c98a12;--a:#7c98ff;--b:#fb923c;--c:#2dd4bf;--d:#be95ff';

const style = [
  `svg{${light};font:12px ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}`,
  `@media(prefers-color-scheme:dark){svg{${dark}}}`,
  '.ground{fill:var(--ground);stroke:var(--edge)}text{fill:var(--ink)}.soft{fill:var(--soft)}.strong{font-weight:600}',
  '.title{font-size:15px;font-weight:600}.value{font-size:11px;paint-order:stroke;stroke:var(--ground);stroke-width:3px;font-variant-numeric:tabular-nums}.ours{fill:var(--ours)}',
  '.peer{fill:var(--peer)}.limit{fill:none;stroke:var(--peer)}.noise{fill:var(--noise);opacity:.35}',
  '.grid{stroke:var(--grid)}.one{stroke:var(--soft);stroke-width:1.5}.spread{stroke:var(--ink);stroke-width:1;opacity:.75}',
  '.curve{fill:none;stroke-width:2;stroke-linejoin:round}.curve-0{stroke:var(--a)}.curve-1{stroke:var(--b)}.curve-2{stroke:var(--c)}',
  '.curve-3{stroke:var(--d)}.dot-0{fill:var(--a)}.dot-1{fill:var(--b)}.dot-2{fill:var(--c)}.dot-3{fill:var(--d)}',
].join('\n');
