#!/usr/bin/env node
import { generatePassword } from '../generate-password.ts';

// biome-ignore lint/suspicious/noConsole: printing the password is all this command does
console.log(generatePassword());
