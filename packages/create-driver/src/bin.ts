#!/usr/bin/env node
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { inspect, parseArgs } from 'node:util';
import type { Runner } from './driver-manifest.ts';
import { nextSteps } from './next-steps.ts';
import { refusal, refuseUnknown } from './refusal.ts';
import { scaffoldDriver } from './scaffold-driver.ts';

const usage = `usage: create-driver <folder> [options]

Creates a package with a session driver for @store/core, including tests, README, changeset and CI.

  --name <name>      name of the npm package (default: the folder's name)
  --runner <runner>  test runner: vitest (default) or node-test
  --help, -h         print this text
  --version, -v      print the version of create-driver
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
    throw refusal('INVALID_OPTION', `Expected one folder, but got ${positionals.length}.\n\n${usage}`);
  const directory = positionals[0] ?? (await askForFolder());
  if (directory === '') throw refusal('INVALID_OPTION', `No folder was named.\n\n${usage}`);
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

/** Empty when no terminal is attached. */
async function askForFolder(): Promise<string> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return '';
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (await terminal.question('Folder for the new driver: ')).trim();
  } finally {
    terminal.close();
  }
}

try {
  process.stdout.write(await main());
} catch (error) {
  // An error with a code is about the arguments or the disk, and its message is enough; others are bugs and need a stack.
  const known = error instanceof Error && 'code' in error;
  process.stderr.write(`${known ? error.message : inspect(error)}\n`);
  process.exitCode = 1;
}
