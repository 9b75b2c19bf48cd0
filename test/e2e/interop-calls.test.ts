/** Telephones that nobody here wrote are called, hold, press keys and transfer: baresip and linphonec. */
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { Baresip, type BaresipOptions } from '../support/baresip.ts';
import { Linphone } from '../support/linphone.ts';
import { startProduct, type Product } from '../support/product.ts';
import { SipPhone, type PhoneCall } from '../support/sip-phone.ts';
import { ApiSession } from '../support/story-api.ts';
import { scenario, type Scene } from '../support/story.ts';
import { sleep, waitFor } from '../support/story-wait.ts';
import { longestTone, RtpTonePhone, toneShare } from '../support/tones.ts';

const FOREIGN_HERTZ = 440;
const OWN_HERTZ = 1500;
const THIRD_HERTZ = 1000;
const scene: Scene = { pages: new Map() };
const passwords = new Map<string, string>();
const open: { stop(): Promise<void> }[] = [];

const started = (): Product => {
  if (!scene.product) throw new Error('no product');
  return scene.product;
};
const registrar = (): string => `127.0.0.1:${started().sipPort}`;

beforeAll(async () => {
  scene.product = await startProduct();
  const supervisor = await ApiSession.open(scene.product, 'sv1');
  for (const username of ['7301', '7302', '7303']) {
    const created = await supervisor.send<{ password: string }>('POST', '/devices', { username, allowMd5: true });
    expect(created.status).toBe(200);
    passwords.set(username, created.body.password);
  }
  for (const username of ['7305', '7306']) {
    const created = await supervisor.send<{ password: string }>('POST', '/devices', { username, allowMd5: true, wideband: true });
    passwords.set(username, created.body.password);
  }
  const strict = await supervisor.send<{ password: string }>('POST', '/devices', { username: '7304', srtp: 'dtls', allowMd5: true });
  expect(strict.status).toBe(200);
  passwords.set('7304', strict.body.password);
});

afterEach(async () => {
  for (const each of open.splice(0).toReversed()) await each.stop();
});

afterAll(() => scene.product?.stop());

const account = (user: string) => ({ registrar: registrar(), user, password: passwords.get(user) ?? '', hertz: FOREIGN_HERTZ });

async function baresip(user: string, options: Partial<BaresipOptions> = {}): Promise<Baresip> {
  const phone = await Baresip.start({ ...account(user), codecs: ['PCMU'], ...options });
  open.push(phone);
  await phone.registered();
  return phone;
}

async function linphone(user: string): Promise<Linphone> {
  const phone = await Linphone.start(account(user));
  open.push(phone);
  return phone;
}

/** A telephone of ours with a tone. */
class Own {
  readonly phone: SipPhone;
  readonly sound: RtpTonePhone;

  private constructor(phone: SipPhone, sound: RtpTonePhone) {
    this.phone = phone;
    this.sound = sound;
  }

  static async register(user: string, frequency: number): Promise<Own> {
    const phone = await SipPhone.start({ user, account: { realm: 'demo', username: user, password: passwords.get(user) ?? '' } });
    const sound = await RtpTonePhone.open({ frequency });
    open.push({
      stop: async () => {
        sound.close();
        await phone.stop();
      },
    });
    expect(await phone.register(`sip:${registrar()}`)).toBe(200);
    return new Own(phone, sound);
  }

  async call(number: string, pickUp: () => void | Promise<void>): Promise<PhoneCall> {
    const call = this.phone.call(`sip:${number}@${registrar()}`, { sdp: this.sound.sdp() });
    call.onReinvite = () => call.answerReinvite(this.sound.sdp());
    await pickUp();
    await call.until('answered');
    this.sound.startTo(call.remoteSdp);
    return call;
  }

  /** Longest unbroken tone in the next second, ms. */
  async tone(hertz: number): Promise<number> {
    this.sound.forget();
    await sleep(1000);
    return longestTone(this.sound.heardMulaw(), hertz);
  }

  hears(hertz: number): Promise<unknown> {
    return waitFor(`${hertz} Hz at ${this.phone.uri}`, async () => (await this.tone(hertz)) > 700);
  }
}

interface Recorder {
  heard(): { samples: Int16Array; rate: number } | null;
}

/** What a telephone records in the next second is this tone. */
async function isHeard(phone: Recorder, hertz: number): Promise<boolean> {
  const before = phone.heard()?.samples.length ?? 0;
  await sleep(1200);
  const heard = phone.heard();
  if (!heard || heard.samples.length - before < heard.rate / 2) return false;
  const step = Math.max(1, Math.round(heard.rate / 8000));
  return toneShare(heard.samples.subarray(before).filter((_, index) => index % step === 0), hertz) > 0.5;
}

const hears = (phone: Recorder, hertz: number): Promise<unknown> => waitFor(`${hertz} Hz at the other telephone`, () => isHeard(phone, hertz));

/** Adds what a telephone printed to what went wrong. */
async function told(phone: { output: string }, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw new Error(`${String(error)}\n${phone.output.slice(-4000)}`, { cause: error });
  }
}

async function baresipRung(user = '7301', options: Partial<BaresipOptions> = {}): Promise<{ phone: Baresip; own: Own; call: PhoneCall }> {
  const phone = await baresip(user, options);
  const own = await Own.register('7302', OWN_HERTZ);
  const call = await own.call(user, () =>
    told(phone, async () => {
      await phone.until('CALL_INCOMING');
      phone.command('accept');
    }),
  );
  await phone.until('CALL_ESTABLISHED');
  return { phone, own, call };
}

scenario(scene, 'baresip is called, both hear each other, it holds, resumes, and presses keys', async () => {
  const { phone, own, call } = await baresipRung();
  await told(phone, async () => {
    await own.hears(FOREIGN_HERTZ);
    await hears(phone, OWN_HERTZ);
    phone.command('hold');
    await waitFor('silence on hold', async () => (await own.tone(FOREIGN_HERTZ)) < 100);
    phone.command('resume');
    await own.hears(FOREIGN_HERTZ);
    own.sound.forget();
    phone.command('sndcode', '42');
    await waitFor('the keys', () => own.sound.heardDigits() === '42');
    await call.hangup();
    await phone.until('CALL_CLOSED');
  });
});

scenario(scene, 'baresip that wants DTLS-SRTP is called on a line that demands it, both hear each other, it holds and resumes', async () => {
  const { phone, own, call } = await baresipRung('7304', { mediaEncryption: 'dtls_srtp' });
  await told(phone, async () => {
    await own.hears(FOREIGN_HERTZ);
    await hears(phone, OWN_HERTZ);
    phone.command('hold');
    await waitFor('silence on hold', async () => (await own.tone(FOREIGN_HERTZ)) < 100);
    phone.command('resume');
    await own.hears(FOREIGN_HERTZ);
    await call.hangup();
    await phone.until('CALL_CLOSED');
  });
});

scenario(scene, 'two baresips that know Opus alone call each other over wide-band lines and hear each other', async () => {
  const opus = { codecs: ['opus/48000/2'] };
  const [caller, callee] = [await baresip('7305', { ...opus, hertz: THIRD_HERTZ }), await baresip('7306', opus)];
  await told(callee, async () => {
    caller.command('dial', `sip:7306@${registrar()}`);
    await callee.until('CALL_INCOMING');
    callee.command('accept');
    await caller.until('CALL_ESTABLISHED');
    await hears(caller, FOREIGN_HERTZ);
    await hears(callee, THIRD_HERTZ);
    caller.command('hangup');
    await callee.until('CALL_CLOSED');
  });
});

scenario(scene, 'baresip gives the call to another telephone (blind transfer)', async () => {
  const { phone, own, call } = await baresipRung();
  await told(phone, async () => {
    const third = await Own.register('7303', THIRD_HERTZ);
    phone.command('transfer', `sip:7303@${registrar()}`);
    const incoming = await third.phone.nextCall();
    incoming.ring();
    incoming.answer(third.sound.sdp());
    third.sound.startTo(incoming.remoteSdp);
    await own.hears(THIRD_HERTZ);
    await third.hears(OWN_HERTZ);
    await phone.until('CALL_CLOSED');
    expect(call.over).toBe(false);
    await call.hangup();
    await incoming.until('ended');
  });
});

scenario(scene, 'linphonec registers, calls the echo number and hears itself', async () => {
  const phone = await linphone('7301');
  await told(phone, async () => {
    phone.say(`call sip:0312340004@${registrar()}`);
    await phone.until(/Call \d+ with .* connected|Media streams established/);
    await hears(phone, FOREIGN_HERTZ);
    phone.say('terminate');
    await phone.until(/ended/);
  });
});

scenario(scene, 'linphonec is called, answers, holds, resumes, presses keys and is hung up', async () => {
  const phone = await linphone('7301');
  const own = await Own.register('7302', OWN_HERTZ);
  await told(phone, async () => {
    const call = await own.call('7301', async () => {
      await phone.until(/is contacting you|Receiving new incoming call/);
      phone.say('answer');
    });
    await own.hears(FOREIGN_HERTZ);
    await hears(phone, OWN_HERTZ);
    // Its music on hold is the same file, so the other side hears no difference; it hears nothing itself.
    phone.say('pause');
    await phone.until(/is now paused/);
    await waitFor('no sound to it on hold', async () => {
      const before = own.sound.heard.length;
      await sleep(500);
      return own.sound.heard.length > before && !(await isHeard(phone, OWN_HERTZ));
    });
    phone.say('resume');
    await hears(phone, OWN_HERTZ);
    await own.hears(FOREIGN_HERTZ);
    own.sound.forget();
    phone.say('42');
    await waitFor('the keys', () => own.sound.heardDigits() === '42');
    await call.hangup();
    await phone.until(/ended/);
  });
});

scenario(scene, 'linphonec asks a third first and then joins both (attended transfer)', async () => {
  const phone = await linphone('7301');
  const own = await Own.register('7302', OWN_HERTZ);
  const third = await Own.register('7303', THIRD_HERTZ);
  await told(phone, async () => {
    const call = await own.call('7301', async () => {
      await phone.until(/is contacting you|Receiving new incoming call/);
      phone.say('answer');
    });
    await own.hears(FOREIGN_HERTZ);
    phone.say('pause');
    await sleep(1000);
    phone.say(`call sip:7303@${registrar()}`);
    const incoming = await third.phone.nextCall();
    incoming.onReinvite = () => incoming.answerReinvite(third.sound.sdp());
    incoming.answer(third.sound.sdp());
    third.sound.startTo(incoming.remoteSdp);
    await third.hears(FOREIGN_HERTZ);
    phone.say('transfer 1 --to-call 2');
    await own.hears(THIRD_HERTZ);
    await third.hears(OWN_HERTZ);
    expect(call.over || incoming.over).toBe(false);
    await call.hangup();
    await incoming.until('ended');
  });
});
