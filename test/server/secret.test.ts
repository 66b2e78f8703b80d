import { describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { checkWebhookSecret } from '../../app/server/secret.ts';

describe('a webhook secret', () => {
  test.each([
    ['is missing', ''],
    ["is Probot's default", 'development'],
    ['is short', 'k9Qz4mW8vT2xR7bN5cL1pJ6hG3fD0sA'],
    ['is one character again and again', 'a'.repeat(40)],
    ['is a word again and again', 'changeme'.repeat(5)],
    ['is a word again and again, cut off', 'development-development-develop'.padEnd(36, 'ment-')],
    ['counts', '0123456789abcdefghijklmnopqrstuvwxyz'],
    ['counts down', 'zyxwvutsrqponmlkjihgfedcba9876543210'],
    ['has few different characters', '00110101101001011010110100101101011010010110'],
    ['has the line end of its file', '0f3a9c71d2b84e65a1b2c3d4e5f60718293a4b5c6d7e8f90\n'],
    ['has white space in it', 'k9Qz4mW8vT2xR7bN 5cL1pJ6hG3fD0sAy'],
  ])('that %s is refused, without being quoted', (_what, secret) => {
    const problem = checkWebhookSecret(secret);
    expect(problem).toMatch(/^The webhook secret [^\n]+ Make one with: openssl rand -hex 32\.$/);
    expect(problem).not.toContain(secret === '' ? '""' : `"${secret}"`);
    expect(problem).not.toMatch(/changeme|cdef|0f3a|k9Qz|0011/);
  });

  test('of 32 random bytes will do, in any spelling', () => {
    for (let round = 0; round < 500; round += 1) {
      const bytes = randomBytes(32);
      for (const encoding of ['hex', 'base64', 'base64url'] as const) {
        expect(checkWebhookSecret(bytes.toString(encoding))).toBeUndefined();
      }
    }
  });

  test('of just 32 characters will do', () => {
    expect(checkWebhookSecret('k9Qz4mW8vT2xR7bN5cL1pJ6hG3fD0sAy')).toBeUndefined();
  });
});
