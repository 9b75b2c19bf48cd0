import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { backOffMs } from './back-off.ts';
import { EventsSocket, type Wire } from './events-socket.ts';

class FakeWire implements Wire {
  sent: Record<string, unknown>[] = [];
  closed = false;
  hear: (data: unknown) => void = () => undefined;
  hangUp: () => void = () => undefined;

  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }

  close(): void {
    this.closed = true;
  }

  onMessage(listener: (data: unknown) => void): void {
    this.hear = listener;
  }

  onClose(listener: () => void): void {
    this.hangUp = listener;
  }

  say(message: unknown): void {
    this.hear(JSON.stringify(message));
  }
}

const hello = { type: 'hello', at: '2026-05-01T00:00:00.000Z', userId: '018f4b5e-0000-7000-8000-000000000001', database: 'up', iceServers: [] };

function setUp() {
  const wires: FakeWire[] = [];
  const socket = new EventsSocket(() => {
    const wire = new FakeWire();
    wires.push(wire);
    return wire;
  });
  const last = (): FakeWire => {
    const wire = wires.at(-1);
    if (!wire) throw new Error('no wire was opened');
    return wire;
  };
  return { socket, wires, last };
}

describe('EventsSocket', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is open only after hello', () => {
    const { socket, last } = setUp();
    socket.start();
    expect(socket.getState()).toBe('connecting');
    last().say(hello);
    expect(socket.getState()).toBe('open');
  });

  it('matches answers to commands by their number', async () => {
    const { socket, last } = setUp();
    socket.start();
    last().say(hello);
    const first = socket.send({ type: 'wrapUp.done' });
    const second = socket.send({ type: 'dial', number: '110' });
    const refusal = expect(second).rejects.toMatchObject({ code: 'number_not_allowed' });
    const refs = last().sent.map((message) => message['ref']);
    last().say({ type: 'refused', ref: refs[1], code: 'number_not_allowed', message: 'no' });
    last().say({ type: 'ack', ref: refs[0], data: { ok: true } });
    await expect(first).resolves.toEqual({ ok: true });
    await refusal;
  });

  it('refuses commands while not connected and fails those under way when the connection goes', async () => {
    const { socket, last } = setUp();
    await expect(socket.send({ type: 'wrapUp.done' })).rejects.toMatchObject({ code: 'disconnected' });
    socket.start();
    last().say(hello);
    const lost = expect(socket.send({ type: 'wrapUp.done' })).rejects.toMatchObject({ code: 'disconnected' });
    last().hangUp();
    await lost;
    expect(socket.getState()).toBe('waiting');
  });

  it('connects again by itself and tells listeners at every hello', () => {
    const { socket, wires, last } = setUp();
    let opened = 0;
    socket.onOpen(() => (opened += 1));
    socket.start();
    last().say(hello);
    last().hangUp();
    vi.advanceTimersByTime(700);
    expect(wires).toHaveLength(2);
    last().say(hello);
    expect(opened).toBe(2);
  });

  it('tells of every connection that is lost or refused, and of none after stop', () => {
    const { socket, last } = setUp();
    let lost = 0;
    socket.subscribeLost(() => (lost += 1));
    socket.start();
    last().hangUp();
    vi.advanceTimersByTime(700);
    last().hangUp();
    expect(lost).toBe(2);
    vi.advanceTimersByTime(2000);
    socket.stop();
    last().hangUp();
    expect(lost).toBe(2);
  });

  it('notices a silent network by its pings', async () => {
    const { socket, wires, last } = setUp();
    socket.start();
    last().say(hello);
    await vi.advanceTimersByTimeAsync(15_000 + 8_000);
    expect(wires[0]?.closed).toBe(true);
    expect(socket.getState()).toBe('waiting');
  });

  it('does not come back after the session was ended or after stop', () => {
    const { socket, wires, last } = setUp();
    socket.start();
    last().say(hello);
    last().say({ type: 'bye', reason: 'session_ended' });
    vi.advanceTimersByTime(60_000);
    expect(socket.getState()).toBe('closed');
    expect(wires).toHaveLength(1);
  });

  it('drops what it does not understand', () => {
    const { socket, last } = setUp();
    const heard: unknown[] = [];
    socket.subscribe((message) => heard.push(message.type));
    socket.start();
    last().hear('{');
    last().say({ type: 'news' });
    last().say(hello);
    expect(heard).toEqual(['hello']);
  });
});

describe('backOffMs', () => {
  it('grows to a ceiling and spreads', () => {
    expect(backOffMs(0, 0)).toBe(375);
    expect(backOffMs(0, 1)).toBe(625);
    expect(backOffMs(3, 0.5)).toBe(4000);
    expect(backOffMs(50, 0.5)).toBe(15_000);
  });
});
