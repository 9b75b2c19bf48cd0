/** The client on a real clamd, and on things that are none. */
import { createServer, type Server, type Socket } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EICAR, EICAR_NAME, startClamd, type TestClamd } from '../../../test/support/clamd.ts';
import { toneWav } from '../../../test/support/tone-wav.ts';
import { systemClock } from '../../lib/clock.ts';
import { silentLogger } from '../../lib/logger.ts';
import { askVersion, instream, readVerdict, scanBytes } from './clamd.ts';
import { createScanner, LARGEST_UPLOAD, NO_SCANNER } from './scanner.ts';

let clamd: TestClamd;
beforeAll(async () => {
  clamd = await startClamd('9M');
});
afterAll(() => clamd.stop());

const scan = (bytes: Buffer) => scanBytes({ path: clamd.socket }, bytes, systemClock, 10_000);

describe('a real clamd', () => {
  it('says its version', async () => {
    expect(await askVersion({ path: clamd.socket }, systemClock, 5000)).toMatch(/^ClamAV \d+\.\d+/);
  });

  it('finds what it knows, alone, inside a sound, in a table and across the edge of two chunks', async () => {
    const wav = toneWav(440, 8000, 1, 1);
    const edge = Buffer.alloc(65_536 - 30, 0x20);
    for (const file of [EICAR, Buffer.concat([wav, EICAR]), Buffer.concat([Buffer.from('ログインID,氏名\r\n'), EICAR]), Buffer.concat([edge, EICAR, edge])]) expect(await scan(file)).toBe(EICAR_NAME);
  });

  it('finds nothing in what is clean, up to the largest file that is taken', async () => {
    for (const file of [Buffer.alloc(0), Buffer.from('a'), toneWav(440, 8000, 1, 1), EICAR.subarray(1), Buffer.alloc(LARGEST_UPLOAD, 7)]) expect(await scan(file)).toBeNull();
  });

  it('that takes no file so large is no scan, and the setting to change is named', async () => {
    await expect(scan(Buffer.alloc(12 * 1024 * 1024))).rejects.toThrow(/StreamMaxLength/);
  });
});

describe('what goes and what comes', () => {
  it('goes in chunks with their lengths, and ends with one of none', () => {
    for (const size of [0, 1, 65_535, 65_536, 65_537, 200_000]) {
      const bytes = Buffer.alloc(size, size % 251);
      const sent = Buffer.concat([...instream(bytes)]);
      expect(sent.toString('latin1', 0, 10)).toBe('zINSTREAM\0');
      let [at, read] = [10, Buffer.alloc(0)];
      for (;;) {
        const length = sent.readUInt32BE(at);
        at += 4;
        if (length === 0) break;
        expect(at + length).toBeLessThanOrEqual(sent.length);
        read = Buffer.concat([read, sent.subarray(at, at + length)]);
        at += length;
      }
      expect([at, read.equals(bytes)]).toEqual([sent.length, true]);
    }
  });

  it('is clean only by the very words', () => {
    expect(readVerdict('stream: OK')).toBeNull();
    expect(readVerdict('stream: Win.Test FOUND')).toBe('Win.Test');
    expect(readVerdict(`stream: a\u0007\n${'b'.repeat(500)} FOUND`)).toBe(`a??${'b'.repeat(197)}`);
    for (const answer of ['', 'OK', 'stream: OK ', 'stream: ok', 'stream:  FOUND', 'INSTREAM size limit exceeded. ERROR', 'UNKNOWN COMMAND']) {
      expect(() => readVerdict(answer), answer).toThrow('');
    }
  });
});

describe('what is no clamd, or none any more', () => {
  const open: { server: Server; sockets: Set<Socket>; folder: string }[] = [];
  afterEach(async () => {
    for (const { server, sockets, folder } of open.splice(0)) {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    }
  });
  const serve = async (onConnect: (socket: Socket) => void): Promise<{ path: string }> => {
    const folder = await mkdtemp(join(tmpdir(), 'scc-no-clamd-'));
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket.on('error', () => undefined));
      onConnect(socket);
    });
    open.push({ server, sockets, folder });
    const path = join(folder, 's');
    await new Promise<void>((resolve) => server.listen(path, resolve));
    return { path };
  };
  const big = Buffer.alloc(LARGEST_UPLOAD);

  it.each<[string, (socket: Socket) => void, RegExp]>([
    ['never answers', (socket) => void socket.resume(), /no answer within 300 ms/],
    ['does not even read', (socket) => void socket.pause(), /no answer within 300 ms/],
    ['hangs up', (socket) => void socket.destroy(), /closed|EPIPE|ECONNRESET/],
    ['stops in the middle of an answer', (socket) => void socket.resume().end('stream: OK'), /closed|EPIPE|ECONNRESET/],
    ['talks without end', (socket) => void socket.resume().write('x'.repeat(100_000)), /no end/],
    ['is a web server', (socket) => void socket.resume().end('HTTP/1.1 400 Bad Request\r\n\r\n\0'), /it answered: HTTP/],
  ])('%s: a fault, never clean', async (_name, onConnect, reason) => {
    await expect(scanBytes(await serve(onConnect), big, systemClock, 300)).rejects.toThrow(reason);
  });

  it('is refused by the version that it says', async () => {
    await expect(askVersion(await serve((socket) => void socket.end('220 mail.example\0')), systemClock, 300)).rejects.toThrow('no clamd');
  });

  it('is not there: files are refused, counted and told; nobody pretends where none is configured', async () => {
    const registry = new Registry();
    const scanner = createScanner({ place: { path: '/nonexistent/clamd.sock' }, clock: systemClock, logger: silentLogger, registry });
    await expect(scanner.check(Buffer.from('a'), 'test')).rejects.toMatchObject({ code: 'scanner_unavailable', status: 503 });
    await expect(scanner.delay()).rejects.toThrow('ENOENT');
    expect(await registry.metrics()).toContain('scc_files_scanned_total{outcome="failed"} 1');
    expect([scanner.isConfigured, NO_SCANNER.isConfigured, await NO_SCANNER.delay()]).toEqual([true, false, undefined]);
  });
});
