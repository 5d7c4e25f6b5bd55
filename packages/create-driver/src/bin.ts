#!/usr/bin/env node
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { inspect, parseArgs } from 'node:util';
import type { Runner } from './driver-manifest.ts';
import { nextSteps } from './next-steps.ts';
import { refusal, refuseUnknown } from './refusal.ts';
import { scaffoldDriver } from './scaffold-driver.ts';

const usage = `usage: create-driver <folder> [options]

Begins a session driver for @store/core as a package of its own, with tests, README, changeset and CI.

  --name <name>      the npm package's name; without it, the folder's
  --runner <runner>  what runs the tests: vitest (without this option) or node-test
  --help, -h         this text
  --version, -v      the version of create-driver
`;

const flags = {
  name: { type: 'string' },
  runner: { type: 'string', default: 'vitest' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const;

async function main(): Promise<string> {
  const { tokens } = parseArgs({ allowPositionals: true, strict: false, tokens: true, options: flags });
  refuseUnknown(
    tokens.flatMap((token) =>
      token.kind === 'option' ? [token.name in flags ? `--${token.name}` : token.rawName] : [],
    ),
    Object.keys(flags).map((name) => `--${name}`),
  );
  const { positionals, values } = parseArgs({ allowPositionals: true, options: flags });
  if (values.help) return usage;
  if (values.version) return `${await ownVersion()}\n`;
  if (positionals.length > 1)
    throw refusal('INVALID_OPTION', `One folder at a time, not ${positionals.length}.\n\n${usage}`);
  const directory = positionals[0] ?? (await askForFolder());
  if (directory === '') throw refusal('INVALID_OPTION', `The folder is missing.\n\n${usage}`);
  const runner = values.runner as Runner;
  const scaffold = await scaffoldDriver({
    directory,
    runner,
    ...(values.name !== undefined && { name: values.name }),
  });
  return nextSteps(scaffold, process.cwd(), process.env.npm_config_user_agent);
}

async function ownVersion(): Promise<string> {
  const manifest = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

/** Empty when there is nobody to ask. */
async function askForFolder(): Promise<string> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return '';
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (await terminal.question('Folder of the new driver: ')).trim();
  } finally {
    terminal.close();
  }
}

try {
  process.stdout.write(await main());
} catch (error) {
  // With a code it is about what was asked for, or about the disk, and the text is enough.
  const known = error instanceof Error && 'code' in error;
  process.stderr.write(`${known ? error.message : inspect(error)}\n`);
  process.exitCode = 1;
}
