import { mkdtemp, rm, stat } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../lib/clock.ts';
import { silentLogger } from '../lib/logger.ts';
import { SocketMediaClient } from './client.ts';
import { LineReader } from './lines.ts';
import type { MediaEvent } from './protocol.ts';
import { ControlServer, MAX_LINE_BYTES } from './server.ts';
import { Session } from './session.ts';
import { SoundLibrary } from './sound-library.ts';

let folder: string;
let path: string;
let server: ControlServer;
let session: Session;
let shutdowns: boolean[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scc-control-'));
  path = join(folder, 'm.sock');
  shutdowns = [];
  server = new ControlServer(silentLogger, (now) => shutdowns.push(now));
  session = new Session({
    clock: systemClock,
    logger: silentLogger,
    host: '127.0.0.1',
    ports: { low: 43_000, high: 43_003 },
    sounds: new SoundLibrary(folder),
    emit: (event) => server.emit(event),
  });
  await server.listen(path, session);
});

afterEach(async () => {
  await session.close();
  await server.close();
  await rm(folder, { recursive: true });
});

const dial = async (): Promise<Socket> => {
  const socket = connect(path);
  await new Promise((resolve) => socket.once('connect', resolve));
  return socket;
};

/** The next line that the server sends. */
const nextLine = (socket: Socket): Promise<unknown> =>
  new Promise((resolve) => socket.once('data', (piece) => resolve(JSON.parse(String(piece)))));

describe('ControlServer', () => {
  it('is open to its own user only', async () => {
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('keeps events for a core that is away', async () => {
    const event: MediaEvent = { event: 'dtmf', endpoint: 'e', digit: '1', durationMs: 80 };
    server.emit(event);
    // Somebody who only looks whether the process is there must not get them.
    (await dial()).destroy();
    const client = new SocketMediaClient(0, path, systemClock, silentLogger);
    const told = await new Promise((resolve) => client.events.on('media', resolve));
    expect(told).toEqual(event);
    client.close();
  });

  it.each([
    ['no JSON', 'nonsense'],
    ['no object', '[]'],
    ['no id', '{"command":"ping","args":{}}'],
    ['an unknown command', '{"id":0,"command":"toString","args":{}}'],
  ])('answers %s with an error and goes on', async (_name, line) => {
    const socket = await dial();
    const answer = nextLine(socket);
    socket.write(`${line}\n`);
    expect(await answer).toMatchObject({ ok: false, code: 'bad_command' });
    const again = nextLine(socket);
    socket.write('{"id":7,"command":"ping","args":{}}\n');
    expect(await again).toMatchObject({ id: 7, ok: true });
    socket.destroy();
  });

  it('hangs up on a line without end', async () => {
    const socket = await dial();
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => undefined);
    socket.write('x'.repeat(MAX_LINE_BYTES + 1));
    await closed;
  });

  it('refuses to take the socket of a living process', async () => {
    const second = new ControlServer(silentLogger, () => undefined);
    await expect(second.listen(path, session)).rejects.toThrow('another media process');
  });

  it('tells its process to shut down', async () => {
    const client = new SocketMediaClient(0, path, systemClock, silentLogger);
    await client.ready(1000);
    await client.call('shutdown', { now: true });
    expect(shutdowns).toEqual([true]);
    client.close();
  });

  it('says when no port is free, and gives ports back', async () => {
    const client = new SocketMediaClient(0, path, systemClock, silentLogger);
    await client.ready(1000);
    await client.call('createRtpEndpoint', { endpoint: 'a', remote: null });
    await client.call('createRtpEndpoint', { endpoint: 'b', remote: null });
    const third = client.call('createRtpEndpoint', { endpoint: 'c', remote: null });
    await expect(third).rejects.toMatchObject({ code: 'no_port_free', status: 503 });
    await client.call('closeEndpoint', { endpoint: 'a' });
    const { port } = await client.call('createRtpEndpoint', { endpoint: 'c', remote: null });
    expect(port % 2).toBe(0);
    client.close();
  });

  it('fails commands while the process is away, and connects again', async () => {
    const client = new SocketMediaClient(0, path, systemClock, silentLogger);
    await client.ready(1000);
    await server.close();
    while (client.connected) await new Promise((resolve) => setTimeout(resolve, 5));
    await expect(client.call('ping', {})).rejects.toMatchObject({ code: 'media_unavailable', status: 503 });
    server = new ControlServer(silentLogger, () => undefined);
    await server.listen(path, session);
    await client.ready(2000);
    expect((await client.call('ping', {})).load.endpoints).toBe(0);
    client.close();
  });
});

describe('LineReader', () => {
  it('gives the same lines wherever the stream is cut', () => {
    const bytes = Buffer.from('{"a":"あ"}\n\n{"b":2}\nrest');
    for (let cut = 0; cut <= bytes.length; cut++) {
      const reader = new LineReader(100);
      const lines = [...reader.push(bytes.subarray(0, cut)), ...reader.push(bytes.subarray(cut))];
      expect(lines).toEqual(['{"a":"あ"}', '', '{"b":2}']);
    }
  });
});
