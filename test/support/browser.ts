import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { TEST_PASSWORD } from './product.ts';

/** Debian's Chromium; npm brings none. */
const CHROMIUM = '/usr/bin/chromium';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
  // Loopback candidates without mDNS names: the machine has no resolver for them.
  '--disable-features=WebRtcHideLocalIpsWithMdns,AudioServiceOutOfProcess',
  '--force-webrtc-ip-handling-policy=default',
];

/** How a browser's microphone behaves. */
export type Microphone = { kind: 'tone'; hertz: number } | { kind: 'refused' };

/** Starts a Chromium whose microphone plays a sine tone for ever, or is refused by the user. */
export async function launchBrowser(microphone: Microphone): Promise<Browser> {
  const flags = [...FLAGS, '--use-fake-device-for-media-stream'];
  if (microphone.kind === 'tone') {
    flags.push('--use-fake-ui-for-media-stream', `--use-file-for-fake-audio-capture=${toneFile(microphone.hertz)}`);
  } else {
    flags.push('--deny-permission-prompts');
  }
  return await chromium.launch({ executablePath: CHROMIUM, headless: true, args: flags });
}

/** A 48 kHz 16-bit mono WAV of one second of a sine at a quarter of full scale; Chromium repeats it. */
function toneFile(hertz: number): string {
  const rate = 48_000;
  const samples = Buffer.alloc(rate * 2);
  for (let index = 0; index < rate; index++) {
    samples.writeInt16LE(Math.round(Math.sin((2 * Math.PI * hertz * index) / rate) * 8192), index * 2);
  }
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + samples.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(samples.length, 40);
  const file = join(mkdtempSync(join(tmpdir(), 'scc-tone-')), `${hertz}.wav`);
  writeFileSync(file, Buffer.concat([header, samples]));
  return file;
}

/** What a page did that a healthy product's page never does. */
export interface PageFaults {
  /** Console errors, uncaught exceptions, refused by the content security policy. */
  errors: string[];
}

/** Opens a page of one person: own cookies, Japanese, 1280 px wide. Audio that the page plays can be measured with `toneHeard`. */
export async function openPage(browser: Browser, options: { width?: number; locale?: string } = {}): Promise<{ context: BrowserContext; page: Page; faults: PageFaults }> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1280, height: 900 },
    locale: options.locale ?? 'ja-JP',
    timezoneId: 'Asia/Tokyo',
  });
  await context.addInitScript(keepRemoteTracks);
  const page = await context.newPage();
  const faults: PageFaults = { errors: [] };
  page.on('pageerror', (error) => faults.errors.push(`uncaught: ${error.message}`));
  page.on('console', (message) => {
    // A page asks who is logged in; browsers write the answer "nobody" to the console.
    const asksWho = message.text().includes('401') && message.location().url.endsWith('/api/v1/session');
    if (message.type() === 'error' && !asksWho) faults.errors.push(message.text());
  });
  return { context, page, faults };
}

/** Logs a demo user in through the login page. */
export async function login(page: Page, baseUrl: string, loginId: string, password = TEST_PASSWORD): Promise<void> {
  await page.goto(`${baseUrl}/login`);
  await enterLogin(page, 'demo', loginId, password);
  await page.waitForURL((url) => !url.pathname.startsWith('/login'));
}

/** Fills the Japanese login page in and sends it, whatever comes of it. */
export async function enterLogin(page: Page, tenant: string, loginId: string, password: string): Promise<void> {
  await page.getByLabel('企業ID').fill(tenant);
  await page.getByLabel('ログインID').fill(loginId);
  await page.getByLabel('パスワード', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'ログイン', exact: true }).click();
}

// The few names of the page's world that the functions below use there; the rest of the tests knows no DOM.
interface Track {
  readyState: 'live' | 'ended';
}
interface Connection {
  addEventListener(type: 'track', listener: (event: { track: Track }) => void): void;
}
interface Analyser {
  fftSize: number;
  smoothingTimeConstant: number;
  frequencyBinCount: number;
  getFloatFrequencyData(spectrum: Float32Array): void;
}
interface Sound {
  sampleRate: number;
  resume(): Promise<void>;
  close(): Promise<void>;
  createAnalyser(): Analyser;
  createMediaStreamSource(stream: unknown): { connect(to: Analyser): void };
}
interface PageWorld {
  RTCPeerConnection: new (configuration?: unknown) => Connection;
  MediaStream: new (tracks: Track[]) => unknown;
  AudioContext: new () => Sound;
  /** Every audio track that a peer connection of the page received. */
  sccTracks: Track[];
}

/** Runs in the page before its own scripts: remembers every audio track that a peer connection receives. */
function keepRemoteTracks(): void {
  const page = globalThis as unknown as PageWorld;
  page.sccTracks = [];
  const Original = page.RTCPeerConnection;
  page.RTCPeerConnection = class extends Original {
    constructor(configuration?: unknown) {
      super(configuration);
      this.addEventListener('track', (event) => page.sccTracks.push(event.track));
    }
  };
}

/**
 * How strong a tone is in what the page's newest peer connection receives.
 * @returns level of the tone's frequency in dB above the median of the spectrum; a clear tone is over 20
 */
export async function toneLevel(page: Page, hertz: number, seconds = 1): Promise<number> {
  const looks = await page.evaluate(measureTones, { hertz: [hertz], seconds });
  return Math.max(0, ...looks.map(({ levels, median }) => (levels[0] ?? -200) - Math.max(median, -140)));
}

/** A tone that is this much weaker than the strongest, dB, is what coding left over, not a voice. */
const WEAKER_DB = 25;
/** What is quieter is nothing, dB of full scale. */
const SILENCE_DB = -65;

/** Which of these tones the page's newest peer connection receives, most of the time that was looked; several at once are told apart. */
export async function tonesHeard(page: Page, hertz: readonly number[], seconds = 0.6): Promise<number[]> {
  const looks = await page.evaluate(measureTones, { hertz: [...hertz], seconds });
  const isHeard = (levels: readonly number[], index: number): boolean => (levels[index] ?? -200) > Math.max(SILENCE_DB, Math.max(...levels) - WEAKER_DB);
  return hertz.filter((_, index) => looks.filter(({ levels }) => isHeard(levels, index)).length * 2 > looks.length);
}

/** Levels of tones and the median of the band of speech, dB of full scale, ten times a second. */
async function measureTones(wanted: { hertz: number[]; seconds: number }): Promise<{ levels: number[]; median: number }[]> {
  const { sccTracks, AudioContext, MediaStream } = globalThis as unknown as PageWorld;
  const track = sccTracks.findLast((each) => each.readyState === 'live');
  if (!track) return [];
  const context = new AudioContext();
  await context.resume();
  const analyser = context.createAnalyser();
  analyser.fftSize = 8192;
  analyser.smoothingTimeConstant = 0;
  context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
  const spectrum = new Float32Array(analyser.frequencyBinCount);
  const binOf = (hertz: number): number => Math.round((hertz * analyser.fftSize) / context.sampleRate);
  const looks: { levels: number[]; median: number }[] = [];
  for (let turn = 0; turn < wanted.seconds * 10; turn++) {
    await new Promise((done) => setTimeout(done, 100));
    analyser.getFloatFrequencyData(spectrum);
    const voiceBand = spectrum.slice(10, binOf(3400)).toSorted();
    // Silence is minus infinity, which JSON does not know.
    const levels = wanted.hertz.map((hertz) => Math.max(-200, ...spectrum.slice(binOf(hertz) - 2, binOf(hertz) + 3)));
    looks.push({ levels, median: Math.max(-200, voiceBand[voiceBand.length >> 1] ?? -200) });
  }
  await context.close();
  return looks;
}
