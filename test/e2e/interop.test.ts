/** SIP telephones that nobody here wrote register and call: baresip in its transports, codecs and encryptions. */
import { afterAll, beforeAll, expect } from 'vitest';
import { Baresip, type BaresipOptions } from '../support/baresip.ts';
import { freePort, startProduct, type Product } from '../support/product.ts';
import { ApiSession } from '../support/story-api.ts';
import { scenario, type Scene } from '../support/story.ts';
import { waitFor } from '../support/story-wait.ts';
import { toneShare } from '../support/tones.ts';

const HERTZ = 440;
const scene: Scene = { pages: new Map() };
let supervisor: ApiSession;
let password = '';
let sipsPort = 0;

const started = (): Product => {
  if (!scene.product) throw new Error('no product');
  return scene.product;
};

beforeAll(async () => {
  sipsPort = await freePort();
  scene.product = await startProduct({ environment: { SCC_SIPS_PORT: String(sipsPort) } });
  supervisor = await ApiSession.open(scene.product, 'sv1');
  const created = await supervisor.send<{ password: string }>('POST', '/devices', { username: '7002', allowMd5: true });
  expect(created.status).toBe(200);
  password = created.body.password;
});

afterAll(() => scene.product?.stop());

/** Registers, calls the echo number, and hears the own tone come back. */
async function echo(options: Partial<BaresipOptions>): Promise<void> {
  const port = options.transport === 'tls' ? sipsPort : started().sipPort;
  const phone = await Baresip.start({ registrar: `127.0.0.1:${port}`, user: '7002', password, hertz: HERTZ, ...options });
  try {
    await phone.registered();
    phone.command('dial', `sip:0312340004@127.0.0.1:${port}`);
    await phone.until('CALL_ESTABLISHED');
    await waitFor('the own tone at the telephone', () => {
      const heard = phone.heard();
      // The last second: what came before the codec had settled does not count.
      const last = heard?.samples.subarray(-heard.rate);
      return heard && last && last.length === heard.rate && share(last, heard.rate) > 0.5;
    });
    phone.command('hangup');
    await phone.until('CALL_CLOSED');
  } catch (error) {
    throw new Error(`${String(error)}\n${phone.output.slice(-3000)}\n${JSON.stringify(phone.events).slice(-2000)}`, { cause: error });
  } finally {
    await phone.stop();
  }
}

/** Share of the tone, whatever the rate: every n-th sample gives 8 kHz. */
function share(samples: Int16Array, rate: number): number {
  const step = Math.max(1, Math.round(rate / 8000));
  return toneShare(samples.filter((_, index) => index % step === 0), HERTZ);
}

scenario(scene, 'baresip by UDP with mu-law', () => echo({ transport: 'udp', codecs: ['PCMU'] }));

scenario(scene, 'baresip by TCP with A-law', () => echo({ transport: 'tcp', codecs: ['PCMA'] }));

scenario(scene, 'baresip with G.722', () => echo({ codecs: ['G722/16000/1'] }));

scenario(scene, 'baresip with Opus', () => echo({ codecs: ['opus/48000/2'] }));

scenario(scene, 'baresip with SRTP by SDES, demanded', () => echo({ codecs: ['PCMU'], mediaEncryption: 'srtp-mand' }));

scenario(scene, 'baresip with DTLS-SRTP', () => echo({ codecs: ['PCMU'], mediaEncryption: 'dtls_srtp' }));

scenario(scene, 'baresip by TLS with SRTP', () => echo({ transport: 'tls', codecs: ['PCMU'], mediaEncryption: 'srtp-mand' }));
