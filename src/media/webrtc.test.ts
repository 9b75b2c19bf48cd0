import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MediaProcess, remoteOf, startMediaProcess } from '../../test/support/media-process.ts';
import { longestTone, RtpTonePhone } from '../../test/support/tones.ts';

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

let media: MediaProcess;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  media = await startMediaProcess('42800-42999');
  browser = await chromium.launch({
    executablePath: process.env['SCC_CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      '--disable-background-networking',
      '--autoplay-policy=no-user-gesture-required',
    ],
  });
  page = await browser.newPage();
});

afterAll(async () => {
  await browser.close();
  await media.stop();
});

/** Runs in the page: a peer that sends a tone and can say how much of what it hears is a frequency. */
const PEER = `
  window.makeOffer = async (frequency) => {
    const audio = new AudioContext({ sampleRate: 48000 });
    const oscillator = new OscillatorNode(audio, { frequency });
    const gain = new GainNode(audio, { gain: 0.3 });
    const output = new MediaStreamAudioDestinationNode(audio);
    oscillator.connect(gain).connect(output);
    oscillator.start();
    const peer = new RTCPeerConnection({ iceServers: [] });
    window.peer = peer;
    const [track] = output.stream.getAudioTracks();
    window.sender = peer.addTrack(track, output.stream);
    peer.ontrack = (event) => {
      const stream = new MediaStream([event.track]);
      const element = new Audio();
      element.srcObject = stream;
      void element.play();
      window.element = element;
      window.analyser = new AnalyserNode(audio, { fftSize: 8192, smoothingTimeConstant: 0 });
      new MediaStreamAudioSourceNode(audio, { mediaStream: stream }).connect(window.analyser);
    };
    await peer.setLocalDescription(await peer.createOffer());
    while (peer.iceGatheringState !== 'complete') await new Promise((done) => setTimeout(done, 20));
    return peer.localDescription.sdp;
  };
  window.takeAnswer = (sdp) => peer.setRemoteDescription({ type: 'answer', sdp });
  window.loudestHz = () => {
    const bins = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(bins);
    let best = 0;
    for (let i = 1; i < bins.length; i++) if (bins[i] > bins[best]) best = i;
    return bins[best] < -60 ? 0 : (best * 48000) / analyser.fftSize;
  };
  window.codecs = async () => {
    const stats = [...(await peer.getStats()).values()];
    return stats.filter((each) => each.type === 'codec').map((each) => each.mimeType).sort().join(',');
  };
`;

describe('WebrtcEndpoint', () => {
  it('exchanges sound and digits with Chromium, bridged to an RTP phone', async () => {
    await page.goto('about:blank');
    await page.evaluate(PEER);
    const offerSdp = await page.evaluate<string>('makeOffer(700)');
    const { answerSdp } = await media.client.call('createWebrtcEndpoint', { endpoint: 'browser', offerSdp });
    await page.evaluate(`takeAnswer(${JSON.stringify(answerSdp)})`);
    await media.event('endpointState', (event) => event.state === 'connected');

    const phone = await RtpTonePhone.open({ frequency: 1500 });
    const { host, port } = await media.client.call('createRtpEndpoint', { endpoint: 'phone', remote: remoteOf(phone) });
    phone.start(host, port);
    await media.client.call('createBridge', { bridge: 'both', a: 'browser', b: 'phone' });
    await wait(1500);

    const heardHz = await page.evaluate<number>('loudestHz()');
    expect(Math.abs(heardHz - 1500)).toBeLessThan(20);
    expect(longestTone(phone.heardMulaw(), 700)).toBeGreaterThan(400);
    expect(await page.evaluate('codecs()')).toBe('audio/PCMU,audio/PCMU');

    await page.evaluate(`sender.dtmf.insertDTMF('17#', 100, 70)`);
    await wait(900);
    const digits = media.events.filter((event) => event.event === 'dtmf').map((event) => ('digit' in event ? event.digit : ''));
    expect(digits.join('')).toBe('17#');
    expect(phone.heardDigits()).toBe('17#');
    const stats = await media.client.call('closeEndpoint', { endpoint: 'browser' });
    expect(stats.packetsReceived).toBeGreaterThan(80);
    expect(stats.packetsLost).toBeLessThan(3);
    phone.close();
  });

  it('plays queue music to the browser and tells that audio arrives', async () => {
    await page.goto('about:blank');
    await page.evaluate(PEER);
    const offerSdp = await page.evaluate<string>('makeOffer(500)');
    const { answerSdp } = await media.client.call('createWebrtcEndpoint', { endpoint: 'waiting', offerSdp });
    await page.evaluate(`takeAnswer(${JSON.stringify(answerSdp)})`);
    const source = { files: ['ja/beep'], loop: true };
    await media.client.call('play', { endpoint: 'waiting', playback: 'music', source });
    const health = await media.event('endpointHealth', (event) => event.endpoint === 'waiting' && event.receiving);
    const heardHz = await page.evaluate<number>('loudestHz()');
    expect(Math.abs(heardHz - 1000)).toBeLessThan(20);
    expect(health.stats.packetsReceived).toBeGreaterThan(0);
    await page.evaluate('peer.close()');
    await media.event('endpointState', (event) => event.endpoint === 'waiting' && event.state !== 'connected' && event.state !== 'connecting');
    await media.client.call('closeEndpoint', { endpoint: 'waiting' });
  });

  it('measures what the browser reports, and reports what the browser measures', { timeout: 40_000 }, async () => {
    await page.goto('about:blank');
    await page.evaluate(PEER);
    const offerSdp = await page.evaluate<string>('makeOffer(700)');
    const { answerSdp } = await media.client.call('createWebrtcEndpoint', { endpoint: 'measured', offerSdp });
    await page.evaluate(`takeAnswer(${JSON.stringify(answerSdp)})`);
    await media.event('endpointState', (event) => event.endpoint === 'measured' && event.state === 'connected');
    const phone = await RtpTonePhone.open({ frequency: 1500 });
    const { host, port } = await media.client.call('createRtpEndpoint', { endpoint: 'far', remote: remoteOf(phone) });
    phone.start(host, port);
    await media.client.call('createBridge', { bridge: 'measuring', a: 'measured', b: 'far' });
    await wait(1000);
    // The network of the phone loses every fourth packet: the browser finds these gaps in what we pass on.
    phone.impair(Array.from({ length: 1000 }, (_, index) => (index % 4 === 3 ? 'lost' : 'pass')));
    const reported = await media.event('quality', (event) => event.endpoint === 'measured' && (event.quality.remoteLossPercent ?? 0) > 10 && event.quality.roundTripMs !== null);
    expect(Math.abs((reported.quality.remoteLossPercent ?? 0) - 25)).toBeLessThan(12);
    expect(reported.quality.roundTripMs).toBeLessThan(100);
    expect(reported.quality.lossPercent).toBeLessThan(3);
    expect(reported.quality.mos).toBeGreaterThan(3.5);

    const seen = await page.evaluate<{ jitter: number; packetsLost: number; roundTripTime: number; heardBySr: boolean }>(`(async () => {
      for (;;) {
        const stats = [...(await peer.getStats()).values()];
        const ours = stats.find(({ type }) => type === 'remote-inbound-rtp');
        const heardBySr = stats.some(({ type }) => type === 'remote-outbound-rtp');
        if (ours?.roundTripTime !== undefined) return { jitter: ours.jitter, packetsLost: ours.packetsLost, roundTripTime: ours.roundTripTime, heardBySr };
        await new Promise((done) => setTimeout(done, 100));
      }
    })()`);
    expect(seen.heardBySr).toBe(true);
    expect(seen.packetsLost).toBeLessThan(3);
    expect(seen.roundTripTime).toBeLessThan(0.1);
    // Both sides speak of one stream, at most a report apart.
    const { report } = await media.client.call('readQuality', { endpoint: 'measured', overMs: 20_000 });
    expect(Math.abs(seen.jitter * 1000 - (report?.samples.at(-1)?.jitterMs ?? 1000))).toBeLessThan(15);
    await media.client.call('closeEndpoint', { endpoint: 'measured' });
    phone.close();
  });
});
