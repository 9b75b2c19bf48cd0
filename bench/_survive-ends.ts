/** Ends of conversations for `bench/survive.ts`: telephones with sound, and browsers, whose silences are measured. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { AudioLine } from '../test/support/audio-line.ts';
import type { PhoneCall } from '../test/support/sip-phone.ts';

const FRAME_MS = 20;
const FRAME = 160;

/** Longest time without a packet since `mark`, ms, the time that still runs included. */
export interface Heard {
  mark(): void;
  gapMs(): number;
}

class Gaps implements Heard {
  #last = performance.now();
  #longest = 0;

  take(): void {
    const now = performance.now();
    this.#longest = Math.max(this.#longest, now - this.#last);
    this.#last = now;
  }

  mark(): void {
    this.#last = performance.now();
    this.#longest = 0;
  }

  gapMs(): number {
    return Math.max(this.#longest, performance.now() - this.#last);
  }
}

/** G.711 over RTP on a port of its own, at 50 packets a second. */
export class TelephoneSound {
  readonly heard = new Gaps();
  readonly #socket: Socket;
  readonly #packet = Buffer.alloc(12 + FRAME, 0x55);
  #to: { host: string; port: number } | null = null;
  #sequence = 1;
  #isClosed = false;

  private constructor(socket: Socket, ssrc: number) {
    this.#socket = socket;
    this.#packet[0] = 0x80;
    this.#packet[1] = 0;
    this.#packet.writeUInt32BE(ssrc, 8);
    socket.on('message', () => this.heard.take());
    socket.on('error', () => undefined);
  }

  static async open(ssrc: number): Promise<TelephoneSound> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new TelephoneSound(socket, ssrc);
  }

  sdp(): string {
    const { port } = this.#socket.address();
    return `v=0\r\no=- ${port} 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio ${port} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=sendrecv\r\n`;
  }

  startTo(sdp: string): void {
    const host = /^c=IN IP4 (\S+)/m.exec(sdp)?.[1];
    const port = Number(/^m=audio (\d+)/m.exec(sdp)?.[1]);
    if (host && port > 0) this.#to = { host, port };
  }

  send(): void {
    if (!this.#to) return;
    this.#packet.writeUInt16BE(this.#sequence, 2);
    this.#packet.writeUInt32BE((this.#sequence * FRAME) >>> 0, 4);
    this.#sequence = (this.#sequence + 1) % 65_536;
    this.#socket.send(this.#packet, this.#to.port, this.#to.host);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#to = null;
    this.#socket.close();
  }
}

/** Sends for all telephones in step with the clock. */
export function startPacing(sounds: ReadonlySet<TelephoneSound>): () => void {
  let due = performance.now();
  const timer = setInterval(() => {
    while (performance.now() >= due) {
      due += FRAME_MS;
      for (const sound of sounds) sound.send();
    }
  }, 5);
  return () => clearInterval(timer);
}

/** One end of a conversation. */
export interface End {
  call: PhoneCall;
  heard: Heard;
  /** New addresses that the product told. */
  moves: number;
  close(): void;
}

/** Takes part in re-INVITEs as a telephone does. */
export function telephone(call: PhoneCall, sound: TelephoneSound, sounds: Set<TelephoneSound>): End {
  sounds.add(sound);
  const end: End = {
    call,
    heard: sound.heard,
    moves: 0,
    close() {
      sounds.delete(sound);
      sound.close();
    },
  };
  call.onReinvite = (sdp) => {
    end.moves += 1;
    call.answerReinvite(sound.sdp());
    sound.startTo(sdp);
  };
  return end;
}

/** A browser's sound; its packets are counted as they come. */
export class BrowserSound {
  readonly heard = new Gaps();
  readonly line: AudioLine;

  constructor(name: string) {
    this.line = new AudioLine(name);
    this.line.onHeard = () => this.heard.take();
  }
}
