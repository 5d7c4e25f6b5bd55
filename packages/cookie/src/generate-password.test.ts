import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { generatePassword } from './generate-password.ts';
import { startSession } from './start-session.ts';

describe('generatePassword', () => {
  it('returns a different password of 256 random bits each time, which startSession accepts', async () => {
    const passwords = Array.from({ length: 100 }, generatePassword);
    expect(new Set(passwords).size).toBe(100);
    for (const password of passwords) expect(password).toMatch(/^[\w-]{43}$/);
    await expect(startSession({ password: passwords, cache: false })).resolves.toBeDefined();
  });

  it('is also a command that prints a password and nothing else', () => {
    const command = join(import.meta.dirname, 'bin/generate-password.ts');
    expect(execFileSync(process.execPath, [command], { encoding: 'utf8' })).toMatch(/^[\w-]{43}\n$/);
  });
});
