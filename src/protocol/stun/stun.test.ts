import { describe, expect, it } from 'vitest';
import { MUTANTS, MUTANTS_TIMEOUT_MS, SLOW_MS, storm } from '../../../test/support/mutants.ts';
import { addressBytes, type TransportAddress } from './address.ts';
import { StunParseError } from './errors.ts';
import { type IceEffect, type IceState, iceStep, isChecked, newIce, restartIce } from './ice-lite.ts';
import { ATTRIBUTE, attributeOf, BINDING, isAuthentic, parseStun, serializeStun, type StunAttribute, xorMappedAddress } from './message.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');

/** RFC 5769 section 2; the password of all three. */
const PASSWORD = 'VOkJxbRl1RmTxUk/WvJxBt';
const REQUEST = hex(`000100582112a442b7e7a701bc34d686fa87dfae 802200105354554e207465737420636c69656e74 002400046e0001ff 80290008932ff9b151263b36
  0006000965 76746a3a68367659202020 000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2 80280004e57a3bcf`);
const RESPONSE_4 = hex(`0101003c2112a442b7e7a701bc34d686fa87dfae 8022000b7465737420766563746f7220 002000080001a147e112a643 000800142b91f599fd9e90c38c7489f92af9ba53f06be7d7 80280004c07d4c96`);
const RESPONSE_6 = hex(`010100482112a442b7e7a701bc34d686fa87dfae 8022000b7465737420766563746f7220 002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9 00080014a382954e4be67bf11784c97c8292c275bfe3ed41 80280004c8fb0b4c`);

describe('RFC 5769', () => {
  it('2.1: the request', () => {
    const message = parseStun(REQUEST);
    expect(message).toMatchObject({ class: 'request', method: BINDING });
    expect(attributeOf(message, ATTRIBUTE.username)?.toString()).toBe('evtj:h6vY');
    expect(isAuthentic(message, PASSWORD)).toBe(true);
    expect(isAuthentic(message, `${PASSWORD}x`)).toBe(false);
  });

  it.each([
    ['2.2: the response with an IPv4 address', RESPONSE_4, '192.0.2.1'],
    ['2.3: the response with an IPv6 address', RESPONSE_6, '2001:db8:1234:5678:11:2233:4455:6677'],
  ])('%s', (_name, bytes, host) => {
    const message = parseStun(bytes);
    expect(message.class).toBe('success');
    expect(isAuthentic(message, PASSWORD)).toBe(true);
    expect(attributeOf(message, ATTRIBUTE.xorMappedAddress)).toEqual(xorMappedAddress({ host, port: 32_853 }, message.transactionId).value);
  });

  it('writes what it reads', () => {
    const message = parseStun(REQUEST);
    const again = parseStun(serializeStun(message, PASSWORD));
    expect(again.attributes).toEqual(message.attributes);
    expect(isAuthentic(again, PASSWORD)).toBe(true);
    // All of it but the padding, which may be anything.
    expect(serializeStun(parseStun(RESPONSE_4), PASSWORD)).toHaveLength(RESPONSE_4.length);
  });
});

describe('parseStun', () => {
  it.each([
    ['cut short', (bytes: Buffer) => bytes.subarray(0, 60)],
    ['a byte too many', (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(1)])],
    ['another cookie', (bytes: Buffer) => void bytes.writeUInt8(0, 4)],
    ['a wrong fingerprint', (bytes: Buffer) => void bytes.writeUInt8(0, bytes.length - 1)],
    ['a changed attribute', (bytes: Buffer) => void bytes.writeUInt8(0, 30)],
    ['an attribute beyond the end', (bytes: Buffer) => void bytes.writeUInt16BE(0x4000, 22)],
  ])('refuses %s', (_name, change) => {
    const bytes = Buffer.from(REQUEST);
    expect(() => parseStun(change(bytes) ?? bytes)).toThrow(StunParseError);
  });

  it(`survives ${MUTANTS} mutants`, { timeout: MUTANTS_TIMEOUT_MS }, () => {
    const tally = storm([REQUEST, RESPONSE_4, RESPONSE_6], MUTANTS, (error) => error instanceof StunParseError, (bytes) => void isAuthentic(parseStun(bytes), PASSWORD));
    expect(tally.refused).toBeGreaterThan(0);
    expect(tally.slowestMs).toBeLessThan(SLOW_MS);
  });

  it.each([
    ['::', '00000000000000000000000000000000'],
    ['fe80::1%eth0', 'fe800000000000000000000000000001'],
    ['::ffff:192.0.2.1', '00000000000000000000ffffc0000201'],
    ['2001:db8::8:800:200c:417a', '20010db80000000000080800200c417a'],
    ['192.0.2.1', 'c0000201'],
    ['example.com', undefined],
  ])('knows the bytes of %s', (host, bytes) => {
    expect(addressBytes(host)?.toString('hex')).toBe(bytes);
  });
});

const LOCAL = { fragment: 'ours', password: 'a password of 22 chars' };
const PEER: TransportAddress = { host: '192.0.2.9', port: 4000 };
const OTHER: TransportAddress = { host: '198.51.100.7', port: 5000 };

interface CheckOptions {
  username?: string;
  password?: string | null;
  nominates?: boolean;
  priority?: number;
  more?: readonly StunAttribute[];
}

function check({ username = 'ours:them', password = LOCAL.password, nominates = false, priority = 1000, more = [] }: CheckOptions = {}): Buffer {
  const value = Buffer.alloc(4);
  value.writeUInt32BE(priority);
  const attributes = [
    { type: ATTRIBUTE.username, value: Buffer.from(username) },
    { type: ATTRIBUTE.iceControlling, value: Buffer.alloc(8) },
    { type: ATTRIBUTE.priority, value },
    ...(nominates ? [{ type: ATTRIBUTE.useCandidate, value: Buffer.alloc(0) }] : []),
    ...more,
  ];
  return serializeStun({ class: 'request', method: BINDING, transactionId: Buffer.alloc(12, 7), attributes }, password);
}

/** An agent with what it did. */
class Agent {
  state: IceState = newIce(LOCAL, 'them');
  effects: IceEffect[] = [];

  take(bytes: Buffer, from: TransportAddress, nowMs: number): string[] {
    return this.#run({ type: 'datagram', bytes, from, nowMs });
  }

  tick(nowMs: number): string[] {
    return this.#run({ type: 'tick', nowMs });
  }

  #run(event: Parameters<typeof iceStep>[1]): string[] {
    const { state, effects } = iceStep(this.state, event);
    this.state = state;
    this.effects = effects;
    return effects.map((effect) => (effect.type === 'consent' ? `consent ${effect.given}` : effect.type === 'selected' ? `selected ${effect.address.host}` : effect.type));
  }
}

describe('ICE-lite', () => {
  it('answers an authentic check with the address it came from, and is heard as authentic', () => {
    const agent = new Agent();
    expect(agent.take(check(), PEER, 0)).toEqual(['send', 'checked']);
    const [sent] = agent.effects;
    const answer = parseStun(sent?.type === 'send' ? sent.bytes : Buffer.alloc(0));
    expect(answer.class).toBe('success');
    expect(isAuthentic(answer, LOCAL.password)).toBe(true);
    expect(attributeOf(answer, ATTRIBUTE.xorMappedAddress)).toEqual(xorMappedAddress(PEER, answer.transactionId).value);
    expect([isChecked(agent.state, PEER), isChecked(agent.state, OTHER), agent.state.selected]).toEqual([true, false, null]);
  });

  it.each([
    ['another password', check({ password: 'some other password..' })],
    ['no integrity', check({ password: null })],
    ['another name', check({ username: 'them:ours' })],
    ['another peer', check({ username: 'ours:else' })],
    ['no name', check({ username: '' })],
    ['a response', serializeStun({ class: 'success', method: BINDING, transactionId: Buffer.alloc(12), attributes: [] }, LOCAL.password)],
    ['an indication', serializeStun({ class: 'indication', method: BINDING, transactionId: Buffer.alloc(12), attributes: [] }, LOCAL.password)],
    ['another method', serializeStun({ class: 'request', method: 3, transactionId: Buffer.alloc(12), attributes: [{ type: ATTRIBUTE.username, value: Buffer.from('ours:them') }] }, LOCAL.password)],
    ['nothing', Buffer.alloc(0)],
  ])('says nothing at all to %s', (_name, bytes) => {
    const agent = new Agent();
    expect(agent.take(bytes, PEER, 0)).toEqual([]);
    expect(isChecked(agent.state, PEER)).toBe(false);
  });

  it('takes a nomination, and moves only by another one', () => {
    const agent = new Agent();
    expect(agent.take(check({ nominates: true }), PEER, 0)).toEqual(['send', 'checked', 'selected 192.0.2.9', 'consent true']);
    expect(agent.take(check(), OTHER, 10)).toEqual(['send']);
    expect(agent.take(check({ nominates: true, password: 'guessed guessed guessed' }), OTHER, 20)).toEqual([]);
    expect(agent.state.selected?.address).toEqual(PEER);
    expect(agent.take(check({ nominates: true }), OTHER, 30)).toEqual(['send', 'selected 198.51.100.7']);
    expect(agent.state.selected?.address).toEqual(OTHER);
  });

  it('keeps the better of two pairs that are both nominated all the time, until that falls silent', () => {
    const agent = new Agent();
    agent.take(check({ nominates: true, priority: 2000 }), PEER, 0);
    expect(agent.take(check({ nominates: true, priority: 1000 }), OTHER, 500)).toEqual(['send']);
    expect(agent.take(check({ nominates: true, priority: 1000 }), OTHER, 1500)).toEqual(['send', 'selected 198.51.100.7']);
  });

  it('ends the consent 30 s after the last check from there (RFC 7675)', () => {
    const agent = new Agent();
    agent.take(check({ nominates: true }), PEER, 0);
    agent.take(check({ nominates: true, password: 'guessed guessed guessed' }), PEER, 25_000);
    agent.take(check(), OTHER, 25_000);
    expect(agent.tick(30_000)).toEqual([]);
    expect(agent.tick(30_001)).toEqual(['consent false']);
    expect(agent.tick(30_002)).toEqual([]);
    expect(agent.take(check(), PEER, 31_000)).toEqual(['send', 'consent true']);
  });

  it('refuses unknown attributes it would have to know, and a peer that wants to be led', () => {
    const agent = new Agent();
    const codeOf = (bytes: Buffer): string => {
      agent.take(bytes, PEER, 0);
      const [sent] = agent.effects;
      return attributeOf(parseStun(sent?.type === 'send' ? sent.bytes : Buffer.alloc(0)), ATTRIBUTE.errorCode)?.subarray(0, 4).toString('hex') ?? '';
    };
    expect(codeOf(check({ more: [{ type: 0x7777, value: Buffer.alloc(3) }] }))).toBe('00000414');
    expect(codeOf(check({ more: [{ type: ATTRIBUTE.iceControlled, value: Buffer.alloc(8) }] }))).toBe('00000457');
    expect(isChecked(agent.state, PEER)).toBe(false);
  });

  it('restarted, knows the new password only and stays where it was until nominated anew', () => {
    const agent = new Agent();
    agent.take(check({ nominates: true }), PEER, 0);
    agent.state = restartIce(agent.state, { fragment: 'anew', password: 'another password of ours' }, 'peer');
    expect(agent.take(check({ nominates: true }), PEER, 10)).toEqual([]);
    expect(agent.state.selected?.address).toEqual(PEER);
    expect(agent.take(check({ username: 'anew:peer', password: 'another password of ours', nominates: true }), OTHER, 20)).toEqual(['send', 'selected 198.51.100.7']);
  });
});
