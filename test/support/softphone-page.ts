/** A third-party softphone in a browser: JsSIP in a page of its own, controlled by tests. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { openPage, type PageFaults } from './browser.ts';

let bundle: Promise<string> | null = null;

/** JsSIP as one script that sets `JsSIP`. */
async function bundled(): Promise<string> {
  const made = await build({
    configFile: false,
    logLevel: 'silent',
    define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
    build: { write: false, minify: false, lib: { entry: 'node_modules/jssip/lib/JsSIP.js', formats: ['iife'], name: 'JsSIP' } },
  });
  const [first] = Array.isArray(made) ? made : [made];
  const [chunk] = first && 'output' in first ? first.output : [];
  if (!chunk || !('code' in chunk)) throw new Error('JsSIP was not bundled');
  return chunk.code;
}

/** Runs in the page: the telephone, with what it has seen. */
const PHONE = `
  const Phone = JsSIP.default ?? JsSIP;
  window.seen = [];
  window.start = ({ url, user, password, domain }) => {
    const ua = new Phone.UA({ sockets: [new Phone.WebSocketInterface(url)], uri: 'sip:' + user + '@' + domain, password, session_timers: false });
    window.ua = ua;
    for (const name of ['registered', 'registrationFailed', 'disconnected']) ua.on(name, (event) => seen.push(name + ' ' + (event?.cause ?? '')));
    ua.on('newRTCSession', ({ session, originator }) => {
      window.session = session;
      seen.push('session ' + originator);
      for (const name of ['progress', 'accepted', 'confirmed', 'ended', 'failed', 'hold', 'unhold']) {
        session.on(name, (event) => seen.push(name + ' ' + (event?.originator ?? '') + ' ' + (event?.cause ?? '')));
      }
      session.on('peerconnection', ({ peerconnection }) => sound(peerconnection));
      if (session.connection) sound(session.connection);
    });
    ua.start();
  };
  const sound = (connection) => {
    connection.addEventListener('track', ({ track }) => {
      // Without an element Chromium does not decode.
      const audio = new Audio();
      audio.srcObject = new MediaStream([track]);
      void audio.play();
      window.element = audio;
    });
    connection.addEventListener('connectionstatechange', () => seen.push('connection ' + connection.connectionState));
  };
  const options = { mediaConstraints: { audio: true, video: false }, pcConfig: { iceServers: [] } };
  window.dial = (target) => void ua.call(target, options);
  window.pickUp = () => session.answer(options);
`;

export interface SoftphoneOptions {
  /** `ws://…`. */
  url: string;
  user: string;
  password: string;
}

export class SoftphonePage {
  readonly page: Page;
  readonly faults: PageFaults;

  private constructor(page: Page, faults: PageFaults) {
    this.page = page;
    this.faults = faults;
  }

  static async open(browser: Browser, account: SoftphoneOptions): Promise<SoftphonePage> {
    bundle ??= bundled();
    const { page, faults } = await openPage(browser);
    // A page of somebody else, on the host of the product: it lets no others open its WebSocket.
    const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<!doctype html><title>softphone</title>'));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    server.close();
    await page.addScriptTag({ content: await bundle });
    await page.addScriptTag({ content: PHONE });
    await page.evaluate(`start(${JSON.stringify({ ...account, domain: 'demo.example' })})`);
    return new SoftphonePage(page, faults);
  }

  /** Waits for the next thing the telephone sees that begins like this. */
  async until(what: string): Promise<void> {
    const wanted = this.page.waitForFunction(`(() => { const at = seen.findIndex((each) => each.startsWith(${JSON.stringify(what)})); if (at < 0) return false; seen.splice(0, at + 1); return true; })()`, null, { timeout: 15_000 });
    await wanted.catch(async () => {
      throw new Error(`the softphone never saw "${what}"; it saw ${(await this.seen()).join(', ')}; ${this.faults.errors.join(', ')}`);
    });
  }

  async run(script: string): Promise<void> {
    await this.page.evaluate(`void (${script})`);
  }

  seen(): Promise<string[]> {
    return this.page.evaluate('seen');
  }
}
