import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TenantTx } from '../../db/types.ts';
import { addTwin, type Twin } from '../../http/testing/twins.ts';
import { createWorld, type World } from '../../http/testing/world.ts';
import { newId } from '../../lib/ids.ts';
import { silentLogger } from '../../lib/logger.ts';
import { lookUpMessage, type MessageQuery } from './message-look-up.ts';
import { OpenMessages } from './open-messages.ts';
import { boxOfTelephone, deleteByTelephone, openBoxByPin, playByTelephone } from './telephone.ts';

const PIN = '4071';
const CALL = newId();

let world: World;
let twin: Twin;
let other: Twin;

const within = <T>(work: (tx: TenantTx) => Promise<T>): Promise<T> => world.inTenant(twin.people, work);
const open = (pin: string, number = '8001') => within((tx) => openBoxByPin(tx, { number, pin }, new Date(world.clock.wall()), CALL));
const outcomes = async (pins: readonly string[]): Promise<string[]> => {
  const seen: string[] = [];
  for (const pin of pins) seen.push((await open(pin)).outcome);
  return seen;
};

beforeAll(async () => {
  world = await createWorld();
  twin = await addTwin(world, 'phones', 1);
  other = await addTwin(world, 'others', 2);
  const member = await world.logIn(twin.people, 'csr1');
  await member.call('PUT', `/voicemail-boxes/${twin.ids.voicemailBox}/pin`, { pin: PIN });
});
afterAll(() => world.close());

describe('a box by telephone', () => {
  it('is found for the telephone of its only member', async () => {
    const device = twin.canary.slice(0, 30);
    expect(await within((tx) => boxOfTelephone(tx, device))).toBe('8001');
    expect(await within((tx) => boxOfTelephone(tx, 'no-such'))).toBeNull();
    expect(await world.inTenant(other.people, (tx) => boxOfTelephone(tx, device)), 'of another tenant').toBeNull();
  });

  it('opens for its PIN only, and says of no box and of a wrong PIN the same', async () => {
    expect(await open(PIN)).toMatchObject({ outcome: 'open', box: twin.ids.voicemailBox, messages: [{ id: twin.ids.voicemail }] });
    expect(await open('9999')).toEqual({ outcome: 'refused' });
    expect(await open(PIN, '8888')).toEqual({ outcome: 'refused' });
    expect(await world.inTenant(other.people, (tx) => openBoxByPin(tx, { number: '8001', pin: PIN }, new Date(), CALL)), 'a box without a PIN').toEqual({ outcome: 'refused' });
  });

  it('is shut for a while after five wrong PINs over all calls, also for the right one', async () => {
    await open(PIN);
    expect(await outcomes(['1', '2', '3', '4', '5', PIN])).toEqual(['refused', 'refused', 'refused', 'refused', 'locked', 'locked']);
    world.clock.advance(15 * 60_000 + 1);
    expect(await outcomes([PIN])).toEqual(['open']);
  });

  it('plays and deletes its own messages, each audited, and those of no other box', async () => {
    const { voicemail, voicemailBox } = twin.ids;
    const source = await within((tx) => playByTelephone(tx, voicemailBox, voicemail, CALL));
    expect(source?.objectPath).toContain(voicemail);
    expect(await within((tx) => playByTelephone(tx, newId(), voicemail, CALL))).toBeNull();
    expect(await within((tx) => playByTelephone(tx, other.ids.voicemailBox, other.ids.voicemail, CALL))).toBeNull();
    expect(await within((tx) => deleteByTelephone(tx, voicemailBox, voicemail, new Date(world.clock.wall()), CALL))).toBe(true);
    expect(await within((tx) => deleteByTelephone(tx, voicemailBox, voicemail, new Date(world.clock.wall()), CALL))).toBe(false);
    expect(await within((tx) => playByTelephone(tx, voicemailBox, voicemail, CALL))).toBeNull();
    const sv = await world.logIn(twin.people, 'sv1');
    for (const code of ['recording.played', 'voicemail.deleted', 'voicemail_box.opened', 'voicemail_box.pin_refused', 'voicemail_box.locked']) {
      expect((await sv.call('GET', `/audit?code=${code}`)).body.items?.length, code).toBeGreaterThan(0);
    }
    expect((await sv.call('GET', '/audit?code=voicemail_box.pin_refused')).raw.toString(), 'no PIN is in the log').not.toContain(PIN);
  });
});

it('says that nothing was decided when the database does not answer', async () => {
  const away = { withTenant: () => Promise.reject(new Error('away')), clock: world.clock, logger: silentLogger, events: world.events, messages: new OpenMessages(), storePath: (path: string) => path };
  const ask = (query: MessageQuery) => lookUpMessage(away, twin.people.tenantId, query, CALL);
  expect(await ask({ kind: 'openMailbox', number: '8001', pin: PIN })).toEqual({ kind: 'openMailbox', outcome: 'failed' });
  expect(await ask({ kind: 'mailboxMessage', box: 'b', recording: 'r', action: 'delete' })).toEqual({ kind: 'mailboxMessage', done: false, failed: true });
});
