/**
 * Browsers for `bench/media.ts`: WebRTC peers in a process of their own that send PCMU at 50 packets a second.
 */
import { Audio, PeerConnection, type Track } from 'node-datachannel';

/** Parent to load. */
export type WebrtcLoadCommand =
  | { type: 'open'; peers: number }
  | { type: 'answers'; sdps: string[] }
  | { type: 'collect' }
  | { type: 'stop' };

/** Load to parent. */
export type WebrtcLoadReply =
  | { type: 'opened'; offers: string[] }
  /** States of those that did not connect in time. */
  | { type: 'connected'; failed: string[] }
  | { type: 'collected'; sent: number; received: number };

const FRAME_MS = 20;
/** A peer that has not connected by then never will: waiting for it would hold up the bench for good. */
const CONNECT_TIMEOUT_MS = 15_000;

interface Browser {
  connection: PeerConnection;
  track: Track;
  packet: Buffer;
  sequence: number;
  dueMs: number;
}

const browsers: Browser[] = [];
let sent = 0;
let received = 0;

async function open(index: number): Promise<string> {
  const connection = new PeerConnection(`browser${index}`, {
    iceServers: [],
    bindAddress: '127.0.0.1',
    disableAutoNegotiation: true,
  });
  const audio = new Audio('0', 'SendRecv');
  audio.addAudioCodec(0, 'PCMU/8000');
  audio.addSSRC(index + 1, 'bench', 'bench', 'audio');
  const track = connection.addTrack(audio);
  track.onMessage(() => received++);
  const packet = Buffer.alloc(172, 0x55);
  packet[0] = 0x80;
  packet[1] = 0;
  packet.writeUInt32BE(index + 1, 8);
  browsers.push({ connection, track, packet, sequence: 0, dueMs: 0 });
  const gathered = new Promise<void>((done) => {
    connection.onGatheringStateChange((state) => {
      if (state === 'complete') done();
    });
  });
  connection.setLocalDescription('offer');
  await gathered;
  return connection.localDescription()?.sdp ?? '';
}

/** @returns states of those that did not connect; nothing is sent then */
async function start(sdps: string[]): Promise<string[]> {
  browsers.forEach(({ connection }, index) => connection.setRemoteDescription(sdps[index] ?? '', 'answer'));
  const begin = performance.now();
  const waiting = (): Browser[] => browsers.filter(({ track }) => !track.isOpen());
  while (waiting().length > 0) {
    const late = performance.now() - begin > CONNECT_TIMEOUT_MS;
    if (late) return waiting().map(({ connection }) => `${connection.state()}, ICE ${connection.iceState()}`);
    await new Promise((done) => setTimeout(done, 20));
  }
  const firstMs = performance.now();
  browsers.forEach((browser, index) => {
    browser.dueMs = firstMs + (FRAME_MS * index) / browsers.length;
  });
  setInterval(() => {
    const now = performance.now();
    for (const browser of browsers) while (browser.dueMs <= now) send(browser);
  }, 2);
  return [];
}

function send(browser: Browser): void {
  browser.packet.writeUInt16BE(browser.sequence & 0xffff, 2);
  browser.packet.writeUInt32BE((browser.sequence * 160) >>> 0, 4);
  browser.sequence++;
  browser.dueMs += FRAME_MS;
  browser.track.sendMessageBinary(browser.packet);
  sent++;
}

process.on('message', (command: WebrtcLoadCommand) => {
  if (command.type === 'open') {
    const offers = Array.from({ length: command.peers }, (_, index) => open(index));
    void Promise.all(offers).then((sdps) => reply({ type: 'opened', offers: sdps }));
  } else if (command.type === 'answers') void start(command.sdps).then((failed) => reply({ type: 'connected', failed }));
  else if (command.type === 'collect') {
    reply({ type: 'collected', sent, received });
    [sent, received] = [0, 0];
  } else process.exit(0);
});

function reply(message: WebrtcLoadReply): void {
  process.send?.(message);
}
