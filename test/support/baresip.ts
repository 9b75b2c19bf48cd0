/** Runs baresip (Debian package `baresip`), a SIP telephone that nobody here wrote, without a sound card. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './product.ts';
import { sleep, waitFor } from './story-wait.ts';
import { toneWav } from './tone-wav.ts';

export interface BaresipOptions {
  /** `host:port` of the registrar. */
  registrar: string;
  user: string;
  password: string;
  transport?: 'udp' | 'tcp' | 'tls';
  /** As baresip names them, best first: `PCMU`, `PCMA`, `G722/16000`, `opus/48000/2`. */
  codecs?: readonly string[];
  mediaEncryption?: 'srtp' | 'srtp-mand' | 'dtls_srtp';
  /** Tone that it says, Hz. */
  hertz?: number;
}

/** What baresip says of itself on its control connection. */
interface BaresipEvent {
  event?: boolean;
  type?: string;
  param?: string;
}

export class Baresip {
  readonly events: BaresipEvent[] = [];
  readonly #folder: string;
  readonly #child: ReturnType<typeof spawn>;
  readonly #control: Socket;
  readonly #output: string[];

  private constructor(folder: string, child: ReturnType<typeof spawn>, control: Socket, output: string[]) {
    this.#folder = folder;
    this.#child = child;
    this.#control = control;
    this.#output = output;
    let rest = '';
    control.on('data', (data: Buffer) => {
      rest += data.toString();
      // Netstrings: `12:{"event":..},`.
      for (let colon = rest.indexOf(':'); colon > 0; colon = rest.indexOf(':')) {
        const length = Number(rest.slice(0, colon));
        if (rest.length < colon + 2 + length) return;
        this.events.push(JSON.parse(rest.slice(colon + 1, colon + 1 + length)) as BaresipEvent);
        rest = rest.slice(colon + 2 + length);
      }
    });
    control.on('error', () => undefined);
  }

  static async start(options: BaresipOptions): Promise<Baresip> {
    const folder = mkdtempSync(join(tmpdir(), 'baresip-'));
    const sipPort = await freePort();
    // It takes the next port for TLS.
    let controlPort = await freePort();
    while (controlPort === sipPort + 1) controlPort = await freePort();
    const { registrar, user, password, transport = 'udp', codecs = ['PCMU'], mediaEncryption, hertz = 440 } = options;
    const modules = ['account.so', 'contact.so', 'menu.so', 'ctrl_tcp.so', 'aufile.so', 'aubridge.so', 'sndfile.so', 'g711.so', 'g722.so', 'opus.so', 'srtp.so', 'dtls_srtp.so'];
    writeFileSync(
      join(folder, 'config'),
      [
        'module_path /usr/lib/baresip/modules',
        ...modules.slice(4).map((name) => `module ${name}`),
        ...modules.slice(0, 4).map((name) => `module_app ${name}`),
        `ctrl_tcp_listen 127.0.0.1:${controlPort}`,
        `sip_listen 127.0.0.1:${sipPort}`,
        'sip_verify_server no',
        `audio_source aufile,${join(folder, 'says.wav')}`,
        'audio_player aubridge,nowhere',
        // Writes what was decoded into a file beside.
        `snd_path ${folder}`,
        '',
      ].join('\n'),
    );
    const encryption = mediaEncryption === undefined ? '' : `;mediaenc=${mediaEncryption}`;
    writeFileSync(join(folder, 'accounts'), `<sip:${user}@${registrar};transport=${transport}>;auth_pass=${password};regint=60;audio_codecs=${codecs.join(',')}${encryption}\n`);
    writeFileSync(join(folder, 'contacts'), '');
    const [, rate = '8000', channels = '1'] = (codecs[0] ?? '').split('/');
    writeFileSync(join(folder, 'says.wav'), toneWav(hertz, Number(rate), Number(channels), 20));
    const child = spawn('/usr/bin/baresip', ['-f', folder, '-v'], { stdio: ['ignore', 'pipe', 'pipe'] });
    const output: string[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => output.push(data.toString()));
    for (const began = performance.now(); ; await sleep(100)) {
      const control = await connected(controlPort);
      if (control) return new Baresip(folder, child, control, output);
      if (performance.now() - began > 15_000) {
        child.kill('SIGKILL');
        throw new Error(`baresip does not start:\n${output.join('')}`);
      }
    }
  }

  get output(): string {
    return this.#output.join('');
  }

  command(command: string, params = ''): void {
    const text = JSON.stringify({ command, params, token: 't' });
    this.#control.write(`${text.length}:${text},`);
  }

  /** It has registered; that may be before its control connection is there. */
  async registered(): Promise<void> {
    await waitFor('the registration of baresip', () => /200 OK .*\[1 binding\]/.test(this.output));
  }

  /** An event of this type, for example `CALL_ESTABLISHED`, `CALL_CLOSED`. */
  async until(type: string): Promise<BaresipEvent> {
    return waitFor(`${type} of baresip`, () => this.events.find((event) => event.type === type));
  }

  /** How often an event of this type has come. */
  count(type: string): number {
    return this.events.filter((event) => event.type === type).length;
  }

  /** What it has decoded so far: signed 16 bit samples with their rate, or null. */
  heard(): { samples: Int16Array; rate: number } | null {
    const name = readdirSync(this.#folder).find((each) => each.endsWith('-dec.wav'));
    if (name === undefined) return null;
    const bytes = readFileSync(join(this.#folder, name));
    if (bytes.length < 200) return null;
    const data = Buffer.from(bytes.subarray(44, bytes.length - (bytes.length % 2)));
    return { samples: new Int16Array(data.buffer, data.byteOffset, data.length >> 1), rate: bytes.readUInt32LE(24) * bytes.readUInt16LE(22) };
  }

  async stop(): Promise<void> {
    this.#control.destroy();
    const ended = new Promise<void>((done) => this.#child.once('exit', () => done()));
    this.#child.kill('SIGTERM');
    const late = setTimeout(() => this.#child.kill('SIGKILL'), 5000);
    await ended;
    clearTimeout(late);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

const connected = (port: number): Promise<Socket | null> =>
  new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => done(socket));
    socket.once('error', () => done(null));
  });
