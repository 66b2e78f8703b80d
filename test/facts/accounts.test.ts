import { expect, test } from '@jest/globals';
import { keepingPersons } from '../../app/facts/accounts.ts';

test('a login is asked for once in a while, however often a form is read (T15)', async () => {
  const asked: string[] = [];
  let now = Date.parse('2026-11-25T10:00:00Z');
  const isPerson = keepingPersons(
    async (login) => {
      asked.push(login);
      return login.toLowerCase() === 'otto';
    },
    () => new Date(now),
  );
  const answers = [
    await isPerson('otto'),
    await isPerson('Otto'),
    await isPerson('nobody'),
    await isPerson('nobody'),
  ];
  expect(answers).toEqual([true, true, false, false]);
  expect(asked).toEqual(['otto', 'nobody']);
  now += 11 * 60_000;
  await isPerson('nobody');
  await isPerson('otto');
  expect(asked).toEqual(['otto', 'nobody', 'nobody']);
});
