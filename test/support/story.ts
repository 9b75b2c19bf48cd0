/** What end-to-end tests share: waiting, callers with sound, evidence of failures, the command line. */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { it, onTestFailed } from 'vitest';
import type { Product } from './product.ts';
import { SipPhone, type PhoneCall } from './sip-phone.ts';
import { sleep } from './story-wait.ts';
import { RtpTonePhone, longestTone } from './tones.ts';

const root = resolve(import.meta.dirname, '../..');

/** Where failed tests leave what they saw. */
export const EVIDENCE = join(root, 'test-results');

/** What is kept when a test of a file fails. */
export interface Scene {
  product?: Product | undefined;
  /** By name of the person. */
  pages: Map<string, Page>;
  /** True once a step failed: the steps behind it cannot work. */
  broken?: boolean;
}

/** A test that leaves screenshots and the product's last lines in `test-results` when it fails. */
export function scenario(scene: Scene, name: string, work: () => Promise<void>, timeoutMs?: number): void {
  it(
    name,
    async () => {
      onTestFailed(() => keepEvidence(scene, name), 30_000);
      await work();
    },
    timeoutMs,
  );
}

/** A step of a story: like `scenario`, but not tried when an earlier step failed. */
export function step(scene: Scene, name: string, work: () => Promise<void>, timeoutMs?: number): void {
  const guarded = async (): Promise<void> => {
    if (scene.broken) throw new Error('an earlier step failed');
    try {
      await work();
    } catch (error) {
      scene.broken = true;
      await keepEvidence(scene, name);
      throw error;
    }
  };
  it(name, guarded, timeoutMs);
}

/** Keeps a picture of a page for people to look at. */
export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(join(EVIDENCE, 'screens'), { recursive: true });
  // What moves is taken as it stands at the end.
  await page.screenshot({ path: join(EVIDENCE, 'screens', `${name}.png`), animations: 'disabled' });
}

async function keepEvidence(scene: Scene, name: string): Promise<void> {
  mkdirSync(EVIDENCE, { recursive: true });
  const base = join(EVIDENCE, name.replaceAll(/[^\p{L}\p{N}]+/gu, '-').slice(0, 80));
  if (scene.product) writeFileSync(`${base}.log`, scene.product.output().slice(-60_000));
  for (const [person, page] of scene.pages) {
    if (page.isClosed()) continue;
    await page.screenshot({ path: `${base}.${person}.png`, timeout: 5000 }).catch(() => undefined);
  }
}

/** A telephone outside: SIP signalling with a tone as the caller's voice. */
export class ToneCaller {
  readonly phone: SipPhone;
  readonly sound: RtpTonePhone;
  readonly #product: Product;

  private constructor(product: Product, phone: SipPhone, sound: RtpTonePhone) {
    this.#product = product;
    this.phone = phone;
    this.sound = sound;
  }

  /** @param from the caller's number as the network writes it */
  static async open(product: Product, from: string, hertz: number): Promise<ToneCaller> {
    return new ToneCaller(product, await SipPhone.start({ user: from }), await RtpTonePhone.open({ frequency: hertz }));
  }

  /** Rings a number of the product, without waiting for an answer. */
  ring(number: string): PhoneCall {
    return this.phone.call(`sip:${number}@127.0.0.1:${this.#product.sipPort}`, { sdp: this.sound.sdp() });
  }

  /** Calls, and speaks once answered. */
  async call(number: string): Promise<PhoneCall> {
    const call = this.ring(number);
    await call.until('answered');
    this.sound.startTo(call.remoteSdp);
    return call;
  }

  /** What is heard during the next `ms`, as mu-law. */
  async listen(ms: number): Promise<Buffer> {
    this.sound.forget();
    await sleep(ms);
    return this.sound.heardMulaw();
  }

  /** Longest unbroken tone within the next `ms`, ms. */
  async toneFor(hertz: number, ms = 1000): Promise<number> {
    return longestTone(await this.listen(ms), hertz);
  }

  async close(): Promise<void> {
    this.sound.close();
    await this.phone.stop();
  }
}

/** Mean loudness of mu-law, as a share of full scale: silence is 0, the shipped sounds are over 0.01. */
export function loudness(mulaw: Buffer, decode: (bytes: Uint8Array) => Int16Array): number {
  if (mulaw.length === 0) return 0;
  const samples = decode(mulaw);
  let sum = 0;
  for (const sample of samples) sum += Math.abs(sample);
  return sum / samples.length / 32_768;
}

/** Runs `scc …` against a running product, as `npm run scc -- …` does. */
export async function runScc(product: Product, args: readonly string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [join(root, 'src/main.ts'), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...product.environment },
  });
  const chunks: string[] = [];
  child.stdout.on('data', (data: Buffer) => chunks.push(data.toString()));
  child.stderr.on('data', (data: Buffer) => chunks.push(data.toString()));
  const code = await new Promise<number | null>((done) => child.once('exit', done));
  return { code, output: chunks.join('') };
}
