/** A browser that changes its network in the middle of a call: another address, the same password and keys. */
import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { DtlsPeer, testIdentity } from '../../test/support/dtls-peers.ts';
import { systemClock } from '../lib/clock.ts';
import { silentLogger } from '../lib/logger.ts';
import { looksLikeDtls } from '../protocol/dtls/record.ts';
import { serializeRtp } from '../protocol/rtp/packet.ts';
import { SRTP_OVERHEAD_BYTES, SrtpSender } from '../protocol/rtp/srtp.ts';
import { readWebrtc, writeWebrtc } from '../protocol/sdp/webrtc.ts';
import { ATTRIBUTE, BINDING, serializeStun } from '../protocol/stun/message.ts';
import { WebrtcEndpoint } from './webrtc-endpoint.ts';
import { newCredentials, type WebrtcState } from './webrtc-transport.ts';

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const stoppers: (() => void)[] = [];

afterEach(() => {
  for (const stop of stoppers.splice(0)) stop();
});

/** A browser in pieces, so that each can be moved. */
class Pieces {
  readonly identity = testIdentity();
  readonly ice = newCredentials();
  readonly states: WebrtcState[] = [];
  socket: Socket | null = null;
  /** SRTP and SRTCP that came. */
  heard = 0;
  endpoint!: WebrtcEndpoint;
  #dtls!: DtlsPeer;
  #remote!: ReturnType<typeof readWebrtc>;
  #port = 0;
  #sender: SrtpSender | null = null;
  #sequence = 0;

  async begin(): Promise<void> {
    const offerSdp = writeWebrtc({
      host: '127.0.0.1',
      port: 9,
      sessionId: '1',
      version: 1,
      ice: this.ice,
      fingerprint: this.identity.fingerprint,
      setup: 'either',
      direction: 'sendrecv',
      ssrc: 1,
      stream: { proto: 'UDP/TLS/RTP/SAVPF', mid: '0', isBundled: true, payloadType: 0, dtmfPayloadType: null },
    });
    const options = { id: 'moves', host: '127.0.0.1', ports: { low: 47_000, high: 47_199 }, clock: systemClock, logger: silentLogger, onDtmf: () => undefined };
    const { endpoint, answerSdp } = await WebrtcEndpoint.answer({ ...options, onState: (state) => void this.states.push(state), offerSdp });
    this.endpoint = endpoint;
    this.#remote = readWebrtc(answerSdp);
    this.#port = Number(/m=audio (\d+)/.exec(answerSdp)?.[1]);
    this.#dtls = new DtlsPeer({ role: 'client', identity: this.identity, fingerprints: this.#remote.fingerprints, random: randomBytes });
    const housekeeping = setInterval(() => endpoint.housekeep(systemClock.monotonic()), 50);
    const sound = setInterval(() => this.#say(), 20);
    stoppers.push(() => (clearInterval(housekeeping), clearInterval(sound), endpoint.close(), this.socket?.close()));
    await this.move();
    this.check();
    await wait(50);
    this.#post(this.#dtls.step({ type: 'start', nowMs: performance.now() }));
  }

  /** From now on everything is sent from another port. */
  async move(): Promise<void> {
    this.socket?.close();
    const socket = createSocket('udp4');
    socket.on('message', (packet) => {
      if (looksLikeDtls(packet)) this.#post(this.#dtls.step({ type: 'datagram', bytes: packet, nowMs: performance.now() }));
      else if (packet.readUInt8(0) >= 128) this.heard++;
    });
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    this.socket = socket;
  }

  check(): void {
    const { fragment, password } = this.#remote.ice;
    const attributes = [
      { type: ATTRIBUTE.username, value: Buffer.from(`${fragment}:${this.ice.fragment}`) },
      { type: ATTRIBUTE.priority, value: Buffer.alloc(4, 1) },
      { type: ATTRIBUTE.useCandidate, value: Buffer.alloc(0) },
    ];
    this.#post([serializeStun({ class: 'request', method: BINDING, transactionId: randomBytes(12), attributes }, password)]);
  }

  #say(): void {
    const { connected } = this.#dtls;
    if (!connected) return;
    this.#sender ??= new SrtpSender(connected.profile, connected.localMaster);
    const sequence = this.#sequence++;
    const packet = serializeRtp({ marker: false, payloadType: 0, sequence, timestamp: sequence * 160, ssrc: 1, csrcs: [], extension: null, payload: Buffer.alloc(160, 0x55), padding: 0 });
    const sealed = Buffer.alloc(packet.length + SRTP_OVERHEAD_BYTES);
    this.#post([sealed.subarray(0, this.#sender.rtp(packet, 0, packet.length, sealed))]);
  }

  #post(datagrams: readonly Buffer[]): void {
    for (const datagram of datagrams) this.socket?.send(datagram, this.#port, '127.0.0.1');
  }
}

describe('the address of a browser', () => {
  it('changes by a nominated check from another one, also when the first has been held on to', { timeout: 20_000 }, async () => {
    const browser = new Pieces();
    await browser.begin();
    browser.endpoint.path.peer = browser.endpoint.path;
    await wait(2500);
    expect(browser.states).toEqual(['connecting', 'connected']);
    expect(browser.heard).toBeGreaterThan(80);
    await browser.move();
    // What the first address sent last may be on its way.
    await wait(100);
    const [heard, received] = [browser.heard, browser.endpoint.stats().packetsReceived];
    await wait(500);
    // Sound alone moves nothing: without a check nobody knows who that is.
    expect([browser.heard, browser.endpoint.stats().packetsReceived]).toEqual([heard, received]);
    browser.check();
    await wait(500);
    expect(browser.heard).toBeGreaterThan(heard + 15);
    expect(browser.endpoint.stats().packetsReceived).toBeGreaterThan(received + 15);
    expect(browser.states).toEqual(['connecting', 'connected']);
  });
});
