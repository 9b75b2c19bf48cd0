import { expect, it } from 'vitest';
import type { Auth } from '../http/auth.ts';
import { FakeClock } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import type { Session } from '../modules/support/binding.ts';
import { createDomainEvents } from '../modules/support/domain-events.ts';
import { OpenSockets } from './open-sockets.ts';

/** A socket of a user, and what becomes of it. */
async function opened(userId = 'ann') {
  const events = createDomainEvents(() => undefined);
  const clock = new FakeClock();
  let answer: () => Session = () => ({ sessionId: 's', userId, permissions: new Set() }) as unknown as Session;
  const auth = { events, authenticateUpgrade: async () => answer() } as unknown as Auth;
  const seen: string[] = [];
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const leave = new OpenSockets(auth, clock).add(answer(), { headers: {}, ip: '' }, { close: (reason) => seen.push(reason), renewed: () => seen.push('renewed'), tell: (message) => seen.push(message.type) });
  await settle();
  return { events, clock, seen, settle, leave, answers: (next: () => Session) => (answer = next) };
}

const gone = (status: number) => (): never => {
  throw new AppError('x', status, 'x');
};

it('asks again at once, for changed rights of its own user, and every minute', async () => {
  const { events, clock, seen, settle } = await opened();
  expect(seen).toEqual(['renewed']);
  events.emit('accessChanged', { tenantId: 't', userIds: ['bob'] });
  await settle();
  expect(seen).toHaveLength(1);
  events.emit('accessChanged', { tenantId: 't', userIds: ['bob', 'ann'] });
  await settle();
  expect(seen).toHaveLength(2);
  clock.advance(59_999);
  await settle();
  expect(seen).toHaveLength(2);
  clock.advance(1);
  await settle();
  expect(seen).toHaveLength(3);
});

it('closes what has no session any more, but not for a database that is away', async () => {
  const { events, seen, settle, answers } = await opened();
  answers(gone(503));
  events.emit('accessChanged', { tenantId: 't', userIds: ['ann'] });
  await settle();
  expect(seen).toEqual(['renewed']);
  answers(gone(401));
  events.emit('accessChanged', { tenantId: 't', userIds: ['ann'] });
  await settle();
  expect(seen).toEqual(['renewed', 'session_ended']);
});

it('does not give back what a change took: an answer of before it that comes late is left out', async () => {
  const events = createDomainEvents(() => undefined);
  const answers: ((permission: string) => void)[] = [];
  const auth = { events, authenticateUpgrade: () => new Promise<unknown>((resolve) => answers.push((permission) => resolve({ permissions: new Set([permission]) }))) } as unknown as Auth;
  const seen: string[] = [];
  new OpenSockets(auth, new FakeClock()).add({ sessionId: 's', userId: 'ann' } as Session, { headers: {}, ip: '' }, { close: (reason) => seen.push(reason), renewed: ({ permissions }) => seen.push(...permissions) });
  events.emit('accessChanged', { tenantId: 't', userIds: ['ann'] });
  answers[1]?.('customer.read');
  answers[0]?.('user.manage');
  await new Promise((resolve) => setImmediate(resolve));
  expect(seen).toEqual(['customer.read']);
});

it('hears nothing more of a socket that is closed', async () => {
  const { events, clock, seen, settle, leave } = await opened();
  leave();
  events.emit('sessionsEnded', { tenantId: 't', sessionIds: ['s'], reason: 'revoked' });
  events.emit('accessChanged', { tenantId: 't', userIds: ['ann'] });
  clock.advance(600_000);
  await settle();
  expect(seen).toEqual(['renewed']);
});

it('tells its own user, and nobody else, that there is an evaluation to read', async () => {
  const { events, seen } = await opened();
  events.emit('evaluationTold', { tenantId: 't', userId: 'bob', what: 'published' });
  events.emit('evaluationTold', { tenantId: 't', userId: 'ann', what: 'answered' });
  expect(seen).toEqual(['renewed', 'evaluation.told']);
});
