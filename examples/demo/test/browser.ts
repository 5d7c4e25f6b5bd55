import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';

const cache = join(import.meta.dirname, '../node_modules/.cache');

/**
 * Starts a browser. On Linux (x64) it is a Chromium from npm, which includes its libraries and fonts, so it runs on a bare machine;
 * elsewhere it is the installed Chrome. `CHROME_PATH` selects a different browser.
 */
export async function launchBrowser(args: readonly string[] = []): Promise<Browser> {
  const { CHROME_PATH } = process.env;
  if (CHROME_PATH) return chromium.launch({ executablePath: CHROME_PATH, args: [...args] });
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return chromium.launch({ channel: 'chrome', args: [...args] });
  const folder = await unpackedChromium();
  return chromium.launch({
    executablePath: join(folder, 'chromium'),
    // Root in a container cannot use the sandbox, and /dev/shm may be small. Only our own pages are opened.
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', ...args],
    env: {
      ...process.env,
      LD_LIBRARY_PATH: join(folder, 'al2023/lib'),
      FONTCONFIG_FILE: join(folder, 'fonts.conf'),
    },
  });
}

/** Unpacks the browser next to its final path, then renames it, so that test files that start together never see half of it. */
async function unpackedChromium(): Promise<string> {
  const door = createRequire(import.meta.url).resolve('@sparticuz/chromium');
  const manifest = await readFile(join(dirname(door), '../package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const folder = join(cache, `chromium-${version}`);
  if (existsSync(folder)) return folder;
  await mkdir(cache, { recursive: true });
  const unpacking = await mkdtemp(join(cache, 'unpacking-'));
  await unpack(unpacking);
  await writeFile(join(unpacking, 'fonts.conf'), fontsConf(folder));
  try {
    await rename(unpacking, folder);
  } catch (error) {
    await rm(unpacking, { recursive: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

/** The package unpacks to the temporary directory, and unpacks its libraries only if it believes it is on AWS Lambda. */
async function unpack(folder: string): Promise<void> {
  const script = "import('@sparticuz/chromium').then((chromium) => chromium.default.executablePath())";
  await promisify(execFile)(process.execPath, ['--eval', script], {
    cwd: import.meta.dirname,
    env: { ...process.env, TMPDIR: folder, AWS_LAMBDA_JS_RUNTIME: 'nodejs24.x' },
  });
}

/** Without any font, Chromium draws no text. The machine's fonts take precedence. */
function fontsConf(folder: string): string {
  const directories = ['/usr/share/fonts', '/usr/local/share/fonts', join(folder, 'fonts')];
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
${directories.map((directory) => `<dir>${directory}</dir>`).join('\n')}
<cachedir>${join(folder, 'fonts-cache')}</cachedir>
</fontconfig>
`;
}
