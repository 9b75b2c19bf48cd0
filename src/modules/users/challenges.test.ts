import { expect, it } from 'vitest';
import { FakeClock } from '../../lib/clock.ts';
import { CHALLENGE_MS, Challenges } from './challenges.ts';

const facts = { purpose: 'passwordless', tenant: 'acme', subject: '' } as const;

it('a challenge is good once, for its purpose, and for five minutes', () => {
  const clock = new FakeClock();
  const challenges = new Challenges(clock);
  const token = challenges.issue(facts);
  expect(challenges.redeem(token, 'register')).toBeNull();
  expect(challenges.redeem(token, 'passwordless')).toEqual({ ...facts, ageMs: 0 });
  expect(challenges.redeem(token, 'passwordless')).toBeNull();
  const late = challenges.issue(facts);
  clock.advance(CHALLENGE_MS - 1);
  const last = challenges.issue(facts);
  clock.advance(1);
  expect(challenges.redeem(late, 'passwordless')).toBeNull();
  expect(challenges.redeem(last, 'passwordless')).toEqual({ ...facts, ageMs: 1 });
  // What was forgotten is too old by then.
  clock.advance(CHALLENGE_MS);
  expect(challenges.redeem(challenges.issue(facts), 'passwordless')).toEqual({ ...facts, ageMs: 0 });
  for (const old of [token, late, last]) expect(challenges.redeem(old, 'passwordless')).toBeNull();
});

it('takes no token that it did not make', () => {
  const clock = new FakeClock();
  const [ours, others] = [new Challenges(clock), new Challenges(clock)];
  const token = ours.issue(facts);
  const [body = '', mac = ''] = token.split('.');
  const forged = Buffer.from(Buffer.from(body, 'base64url').toString().replace('acme', 'evil')).toString('base64url');
  for (const wrong of ['', '.', 'x', body, `${body}.`, `${forged}.${mac}`, `${body}.${mac.slice(2)}`, others.issue(facts)]) expect(ours.redeem(wrong, 'passwordless')).toBeNull();
  expect(ours.derive(token, 'sign')).not.toEqual(ours.derive(token, 'nonce'));
  expect(ours.derive(token, 'sign')).not.toEqual(others.derive(token, 'sign'));
  expect(ours.redeem(token, 'passwordless'), 'refused ones have not spent it').toEqual({ ...facts, ageMs: 0 });
});
