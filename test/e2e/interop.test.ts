/** SIP telephones that nobody here wrote register and call: baresip in its transports, codecs and encryptions. */
import { afterAll, beforeAll, expect } from 'vitest';
import { Baresip, type BaresipOptions } from '../support/baresip.ts';
import { startProduct, type Product } from '../support/product.ts';
import { ApiSession } from '../support/story-api.ts';
import { scenario, type Scene } from '../support/story.ts';
import { waitFor } from '../support/story-wait.ts';
import { toneShare } from '../support/tones.ts';

const HERTZ = 440;
const scene: Scene = { pages: new Map() };
let supervisor: ApiSession;
let password = '';

const started = (): Product => {
  if (!scene.product) throw new Error('no product');
  return scene.product;
};

beforeAll(async () => {
  scene.product = await startProduct();
  supervisor = await ApiSession.open(scene.product, 'sv1');
  const created = await supervisor.send<{ password: string }>('POST', '/devices', { username: '7002' });
  expect(created.status).toBe(200);
  password = created.body.password;
});

afterAll(() => scene.product?.stop());

/** Registers, calls the echo number, and hears the own tone come back. */
async function echo(options: Partial<BaresipOptions>): Promise<void> {
  const phone = await Baresip.start({ registrar: `127.0.0.1:${started().sipPort}`, user: '7002', password, hertz: HERTZ, ...options });
  try {
    await phone.registered();
    phone.command('dial', `sip:0312340004@127.0.0.1:${started().sipPort}`);
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
