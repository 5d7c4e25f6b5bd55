import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { longestSeal, parseSeal } from './seal-format.ts';

const iv = 'A'.repeat(22);
const mac = 'b'.repeat(42);
const seal = `Fe26.2*key_1**${iv}*c2VhbGVk*1767225600000**${mac}A`;

describe('parseSeal', () => {
  it('splits a seal into its parts', () => {
    expect(parseSeal(seal)).toEqual({
      seal,
      keyId: 'key_1',
      iv,
      ciphertext: 'c2VhbGVk',
      expiresAt: 1767225600000,
      signed: `Fe26.2*key_1**${iv}*c2VhbGVk*1767225600000`,
      mac: `${mac}A`,
    });
  });

  it('accepts a seal without an expiry', () => {
    expect(parseSeal(seal.replace('1767225600000', ''))).toMatchObject({ expiresAt: undefined });
  });

  it.each([
    ['another format', seal.replace('Fe26.2', 'Fe26.1')],
    ['no key id', seal.replace('key_1', '')],
    ['a key id of 65 characters', seal.replace('key_1', 'k'.repeat(65))],
    ['an encryption salt', seal.replace('key_1**', 'key_1*salt*')],
    ['an integrity salt', seal.replace('0**', '0*salt*')],
    ['a short initialization vector', seal.replace(iv, iv.slice(1))],
    ['no ciphertext', seal.replace('c2VhbGVk', '')],
    ['an expiry that begins with 0', seal.replace('*1767', '*0767')],
    ['an expiry that is not a number', seal.replace('*1767', '*1e67')],
    ['a short MAC', seal.slice(0, -1)],
    ['a long MAC', `${seal}A`],
    ['a MAC with spare bits set, which would decode to the same bytes', `${seal.slice(0, -1)}B`],
    ['padding', `${seal}=`],
    ['a line break after it', `${seal}\n`],
    ['a space before it', ` ${seal}`],
    ['another part', `${seal}*`],
    ['standard base64', seal.replace('c2Vh', 'c2V+')],
  ])('refuses %s', (_, value) => {
    expect(parseSeal(value)).toBeUndefined();
  });

  it('refuses a value that is too long after checking only its length', () => {
    expect(parseSeal(seal.replace('c2VhbGVk', 'A'.repeat(longestSeal)))).toBeUndefined();
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => parseSeal(text) === undefined));
  });
});
