/** Runs linphonec (Debian package `linphone-cli`), a SIP telephone that nobody here wrote, on files instead of a sound card. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './product.ts';
import { waitFor } from './story-wait.ts';
import { toneWav } from './tone-wav.ts';

export interface LinphoneOptions {
  /** `host:port`. */
  registrar: string;
  user: string;
  password: string;
  hertz?: number;
}

export class Linphone {
  readonly #folder: string;
  readonly #child: ReturnType<typeof spawn>;
  readonly #chunks: string[] = [];
  #read = 0;

  private constructor(folder: string, child: ReturnType<typeof spawn>) {
    this.#folder = folder;
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data: Buffer) => this.#chunks.push(data.toString()));
  }

  static async start({ registrar, user, password, hertz = 440 }: LinphoneOptions): Promise<Linphone> {
    const folder = mkdtempSync(join(tmpdir(), 'linphone-'));
    const [sipPort, rtpPort] = [await freePort(), await freePort()];
    mkdirSync(join(folder, '.local/share/linphone'), { recursive: true });
    writeFileSync(join(folder, 'says.wav'), toneWav(hertz, 8000, 1, 20));
    writeFileSync(
      join(folder, 'linphonerc'),
      ['[sip]', `sip_port=${sipPort}`, 'sip_tcp_port=-1', 'sip_tls_port=0', 'guess_hostname=0', 'use_ipv6=0', '[rtp]', `audio_rtp_port=${rtpPort}`, '[audio_codec_0]', 'mime=PCMU', 'rate=8000', 'enabled=1', ''].join('\n'),
    );
    const child = spawn('/usr/bin/linphonec', ['-c', join(folder, 'linphonerc')], { cwd: folder, env: { ...process.env, HOME: folder }, stdio: ['pipe', 'pipe', 'pipe'] });
    const phone = new Linphone(folder, child);
    try {
      await phone.until(/linphonec> /);
      phone.say('soundcard use files');
      phone.say(`play ${join(folder, 'says.wav')}`);
      phone.say(`record ${join(folder, 'heard.wav')}`);
      phone.say(`register sip:${user}@${registrar} ${registrar} ${password}`);
      // It says nothing by itself.
      await waitFor('the registration of linphonec', () => {
        phone.say('status register');
        return /registered, identity=/.test(phone.output);
      }, 15_000, 500);
    } catch (error) {
      await phone.stop();
      throw new Error(`${String(error)}\n${phone.output.slice(-2500)}`, { cause: error });
    }
    return phone;
  }

  get output(): string {
    return this.#chunks.join('');
  }

  /** Types a line. */
  say(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  /** Waits for what it prints, behind what was waited for before. */
  async until(pattern: RegExp): Promise<void> {
    await waitFor(`${String(pattern)} of linphonec`, () => {
      const found = pattern.exec(this.output.slice(this.#read));
      if (found) this.#read += found.index + found[0].length;
      return found;
    }).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${this.output.slice(-2500)}`, { cause: error });
    });
  }

  /** What it has heard so far: signed 16 bit samples with their rate, or null. */
  heard(): { samples: Int16Array; rate: number } | null {
    const file = join(this.#folder, 'heard.wav');
    if (!existsSync(file)) return null;
    const bytes = readFileSync(file);
    if (bytes.length < 200) return null;
    const data = Buffer.from(bytes.subarray(44, bytes.length - (bytes.length % 2)));
    return { samples: new Int16Array(data.buffer, data.byteOffset, data.length >> 1), rate: bytes.readUInt32LE(24) * bytes.readUInt16LE(22) };
  }

  async stop(): Promise<void> {
    const ended = new Promise<void>((done) => (this.#child.exitCode === null ? this.#child.once('exit', () => done()) : done()));
    this.say('quit');
    const late = setTimeout(() => this.#child.kill('SIGKILL'), 5000);
    await ended;
    clearTimeout(late);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
