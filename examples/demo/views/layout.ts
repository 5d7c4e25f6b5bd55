import { type Html, html } from './html.ts';

const styles = [
  'theme',
  'layout',
  'controls',
  'account',
  'shop',
  'live-view',
  'record',
  'requests',
  'latest',
];

/** The frame of every page. */
export function layout(title: string, body: Html): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
${styles.map((name) => html`<link rel="stylesheet" href="/${name}.css">\n`)}<script type="module" src="/live-view.js"></script>
</head>
<body>
${body}
</body>
</html>
`;
}
