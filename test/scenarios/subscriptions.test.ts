/** Lamps, presence and waiting mail (RFC 6665, RFC 4235, RFC 3863, RFC 3842): telephones that subscribe, and what goes wrong. */
import { describe, expect } from 'vitest';
import { answerChallenge, formatCredentials, parseChallenge } from '../../src/protocol/sip/digest.ts';
import { headerOf, headersOf, type SipRequest, type SipResponse } from '../../src/protocol/sip/message.ts';
import type { ResourceState } from '../../src/sip/subscriptions/types.ts';
import { ACCOUNT, deviceDirectory, scenario as anyScenario, type AgentWorld } from './support/agent-world.ts';
import { sdpOf, type RawDialog, type RawPeer } from './support/raw-peer.ts';

type States = Map<string, ResourceState>;

/** A world whose telephones may watch `bob`, and their own mail. */
function scenario(name: string, flow: (world: AgentWorld, states: States) => Promise<void>): void {
  const states: States = new Map<string, ResourceState>([
    ['bob dialog', { package: 'dialog', calls: [] }],
    ['bob presence', { package: 'presence', open: true, note: '' }],
    ['bob message-summary', { package: 'message-summary', newMessages: 1, oldMessages: 0 }],
    [`${ACCOUNT.user} message-summary`, { package: 'message-summary', newMessages: 2, oldMessages: 5 }],
  ]);
  anyScenario(name, (world) => flow(world, states), {
    directory: deviceDirectory(null),
    states: { state: (_realm, user, event) => states.get(`${user} ${event}`) ?? null },
    subscriptionLimits: { minExpires: 1, perDevice: 2 },
  });
}

interface Ask {
  event?: string;
  user?: string;
  expires?: number;
  password?: string;
}

/** SUBSCRIBE, challenge, SUBSCRIBE with credentials. */
async function ask(world: AgentWorld, { event = 'dialog', user = 'bob', expires = 60, password = ACCOUNT.password }: Ask, wanted: number): Promise<{ phone: RawPeer; dialog: RawDialog; answer: SipResponse }> {
  const phone = await world.peer(ACCOUNT.user);
  const dialog = phone.dialog(world.uri(user));
  const headers = [`Event: ${event}`, `Expires: ${expires}`];
  dialog.request('SUBSCRIBE', { headers });
  const challenge = await dialog.expectResponse(401, 'SUBSCRIBE');
  const parsed = parseChallenge(headersOf(challenge, 'www-authenticate')[0] ?? '');
  const answer = parsed && answerChallenge(parsed, { username: ACCOUNT.user, password }, { method: 'SUBSCRIBE', uri: dialog.target }, 'abcdef');
  if (!answer) throw new Error('the challenge cannot be answered');
  dialog.remoteTag = '';
  dialog.request('SUBSCRIBE', { headers: [...headers, `Authorization: ${formatCredentials(answer)}`] });
  return { phone, dialog, answer: await dialog.expectResponse(wanted, 'SUBSCRIBE') };
}

/** The next NOTIFY, taken. */
async function notified(dialog: RawDialog, status = 200): Promise<SipRequest> {
  const notify = await dialog.expectRequest('NOTIFY');
  dialog.respond(notify, status, { noContact: true });
  return notify;
}

const stateOf = (notify: SipRequest): string => headerOf(notify, 'subscription-state') ?? '';

/** The telephone does not want to know any more. */
async function leave(dialog: RawDialog, event = 'dialog'): Promise<void> {
  dialog.request('SUBSCRIBE', { headers: [`Event: ${event}`, 'Expires: 0'] });
  await dialog.expect('200 SUBSCRIBE');
  expect(stateOf(await notified(dialog))).toMatch(/^terminated/);
}

const ringing = (id: string): ResourceState => ({ package: 'dialog', calls: [{ id, direction: 'recipient', state: 'early', remoteUser: '0312345678' }] });

describe.concurrent('subscriptions', () => {
  for (const [event, user, type, text] of [
    ['dialog', 'bob', 'application/dialog-info+xml', '<dialog-info'],
    ['presence', 'bob', 'application/pidf+xml', '<basic>open</basic>'],
    ['message-summary', ACCOUNT.user, 'application/simple-message-summary', 'Voice-Message: 2/5'],
  ] as const) {
    scenario(`${event}: the state at once, and the end`, async (world) => {
      const { phone, dialog } = await ask(world, { event, user }, 200);
      const notify = await notified(dialog);
      expect([headerOf(notify, 'event'), headerOf(notify, 'content-type')]).toEqual([event, type]);
      expect(sdpOf(notify)).toContain(text);
      expect(stateOf(notify)).toMatch(/^active;expires=\d+$/);
      await leave(dialog, event);
      expect(phone.story.slice(2)).toEqual([
        '→ SUBSCRIBE', '← 200 SUBSCRIBE', '← NOTIFY', '→ 200 NOTIFY', '→ SUBSCRIBE', '← 200 SUBSCRIBE', '← NOTIFY', '→ 200 NOTIFY',
      ]);
    });
  }

  scenario('a lamp: rings, is off again', async (world, states) => {
    const { dialog } = await ask(world, {}, 200);
    await notified(dialog);
    states.set('bob dialog', ringing('c1'));
    world.agent.resourceChanged('scc', 'bob', 'dialog');
    expect(sdpOf(await notified(dialog))).toMatch(/version="1".*<state>early<\/state>/s);
    states.set('bob dialog', { package: 'dialog', calls: [] });
    world.agent.resourceChanged('scc', 'bob', 'dialog');
    expect(sdpOf(await notified(dialog))).not.toContain('<state>');
    await leave(dialog);
  });

  scenario('changes during a NOTIFY become one', async (world, states) => {
    const { dialog } = await ask(world, {}, 200);
    const first = await dialog.expectRequest('NOTIFY');
    for (const id of ['c1', 'c2', 'c3']) {
      states.set('bob dialog', ringing(id));
      world.agent.resourceChanged('scc', 'bob', 'dialog');
    }
    dialog.respond(first, 200, { noContact: true });
    expect(sdpOf(await notified(dialog))).toContain('id="c3"');
    await dialog.silence(100);
    await leave(dialog);
  });

  scenario('two telephones watch the same lamp', async (world, states) => {
    const one = await ask(world, {}, 200);
    const two = await ask(world, {}, 200);
    await notified(one.dialog);
    await notified(two.dialog);
    states.set('bob dialog', ringing('c1'));
    world.agent.resourceChanged('scc', 'bob', 'dialog');
    for (const { dialog } of [one, two]) expect(sdpOf(await notified(dialog))).toContain('id="c1"');
    await leave(one.dialog);
    await leave(two.dialog);
  });

  scenario('a lost NOTIFY is sent again', async (world) => {
    const { dialog } = await ask(world, {}, 200);
    await dialog.expectRequest('NOTIFY');
    await notified(dialog);
    await leave(dialog);
  });

  scenario('it is refreshed, and tells the state again', async (world) => {
    const { dialog } = await ask(world, {}, 200);
    await notified(dialog);
    dialog.request('SUBSCRIBE', { headers: ['Event: dialog', 'Expires: 30'] });
    expect(headerOf(await dialog.expectResponse(200, 'SUBSCRIBE'), 'expires')).toBe('30');
    await notified(dialog);
    await leave(dialog);
  });

  scenario('it expires, with a last word', async (world) => {
    const { dialog } = await ask(world, { expires: 1 }, 200);
    await notified(dialog);
    expect(stateOf(await notified(dialog))).toBe('terminated;reason=timeout');
    dialog.request('SUBSCRIBE', { headers: ['Event: dialog', 'Expires: 30'] });
    await dialog.expect('481 SUBSCRIBE');
  });

  scenario('asked once (Expires: 0): one NOTIFY, and it is over', async (world) => {
    const { dialog } = await ask(world, { expires: 0 }, 200);
    expect(stateOf(await notified(dialog))).toMatch(/^terminated/);
    world.agent.resourceChanged('scc', 'bob', 'dialog');
    await dialog.silence(100);
  });

  scenario('a telephone that forgot it answers 481: nothing more is sent', async (world) => {
    const { dialog } = await ask(world, {}, 200);
    await notified(dialog, 481);
    await dialog.silence(50);
    world.agent.resourceChanged('scc', 'bob', 'dialog');
    await dialog.silence(100);
  });

  scenario('a telephone that is gone does not answer: given up', async (world) => {
    const { phone, dialog } = await ask(world, {}, 200);
    await dialog.expectRequest('NOTIFY');
    await new Promise((resolve) => setTimeout(resolve, 2700));
    phone.discard();
    world.agent.resourceChanged('scc', 'bob', 'dialog');
    await dialog.silence(100);
  });

  scenario('whom it is about is removed: noresource', async (world, states) => {
    const { dialog } = await ask(world, {}, 200);
    await notified(dialog);
    states.delete('bob dialog');
    world.agent.resourceChanged('scc', 'bob', 'dialog');
    expect(stateOf(await notified(dialog))).toBe('terminated;reason=noresource');
  });

  scenario('a wrong password is challenged again', async (world) => {
    await ask(world, { password: 'guess' }, 401);
  });

  scenario('an unknown package is 489 with those that there are', async (world) => {
    const { answer } = await ask(world, { event: 'conference' }, 489);
    expect(headerOf(answer, 'allow-events')).toContain('message-summary');
  });

  scenario('an unknown user is 404', async (world) => {
    await ask(world, { user: 'nobody' }, 404);
  });

  scenario('the mail of somebody else is 403', async (world) => {
    await ask(world, { event: 'message-summary' }, 403);
  });

  scenario('too many of one telephone: 503 with Retry-After', async (world) => {
    const one = await ask(world, {}, 200);
    const two = await ask(world, { event: 'presence' }, 200);
    await notified(one.dialog);
    await notified(two.dialog);
    const { answer } = await ask(world, {}, 503);
    expect(headerOf(answer, 'retry-after')).not.toBeNull();
    await leave(one.dialog);
    await leave(two.dialog, 'presence');
  });

  scenario('a SUBSCRIBE for a subscription that is none: 481', async (world) => {
    const phone = await world.peer(ACCOUNT.user);
    const dialog = phone.dialog(world.uri('bob'));
    dialog.remoteTag = 'nothing';
    dialog.request('SUBSCRIBE', { headers: ['Event: dialog'] });
    await dialog.expect('481 SUBSCRIBE');
  });
});
