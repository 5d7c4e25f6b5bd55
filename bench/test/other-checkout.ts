import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const doors: { [name: string]: string[] } = {
  core: ['.', './driver'],
  session: ['./express', './fetch', './node'],
  sqlite: ['.'],
  file: ['.'],
  cookie: ['.'],
};

/**
 * Makes a checkout whose "built" packages pass on what this one has in `src`, with two differences: core exports `build`, and
 * every answer on node:http tells it in the header `x-build`. Its own `src` is missing, so nothing can come from there.
 */
export function makeCheckout(directory: string, build: string): string {
  for (const [name, names] of Object.entries(doors)) {
    const folder = join(directory, 'packages', name);
    const fileOf = (door: string) => `./dist/${door === '.' ? 'index' : door.slice('./'.length)}.js`;
    const map = <T>(make: (door: string) => T) => Object.fromEntries(names.map((door) => [door, make(door)]));
    const manifest = {
      type: 'module',
      exports: map((door) => `./src/${door}.ts`),
      publishConfig: { exports: map((door) => ({ types: './dist/types.d.ts', default: fileOf(door) })) },
    };
    mkdirSync(join(folder, 'dist'), { recursive: true });
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
    for (const door of names) {
      writeFileSync(join(folder, fileOf(door)), code(`@store/${name}${door.slice(1)}`, build));
    }
  }
  return directory;
}

function code(specifier: string, build: string): string {
  const source = JSON.stringify(pathToFileURL(createRequire(import.meta.url).resolve(specifier)).href);
  const same = `export * from ${source};\n`;
  if (specifier === '@store/core') return `${same}export const build = ${JSON.stringify(build)};\n`;
  if (specifier !== '@store/session/node') return same;
  return `
import { build } from '@store/core';
import { sessionHandler as handler } from ${source};

export const sessionHandler = (handle) =>
  handler((request, response, session) => {
    response.setHeader('x-build', build);
    return handle(request, response, session);
  });
`;
}
