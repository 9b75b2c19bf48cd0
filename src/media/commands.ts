import { randomBytes } from 'node:crypto';
import type { Clock } from '../lib/clock.ts';
import { SDES_SECRET_BYTES } from '../protocol/sdp/security.ts';
import { eventOfDigit } from '../protocol/rtp/telephone-event.ts';
import * as read from './args.ts';
import { loadOpus } from './codecs/opus.ts';
import type { DtmfPress } from './dtmf.ts';
import { MediaError } from './errors.ts';
import { Playback } from './playback.ts';
import type { LocalSecrets, MediaCommandName, MediaCommands, RecordingResult } from './protocol.ts';
import { Recorder } from './recorder.ts';
import { RtpEndpoint } from './rtp-endpoint.ts';
import { bindPortPair } from './rtp-ports.ts';
import { identityOf } from './secure/dtls-session.ts';
import type { Session } from './session.ts';
import { WebrtcEndpoint } from './webrtc-endpoint.ts';
import type { WebrtcState } from './webrtc-transport.ts';

type Handlers = {
  [Name in MediaCommandName]: (
    session: Session,
    args: read.RawArgs,
  ) => MediaCommands[Name]['out'] | Promise<MediaCommands[Name]['out']>;
};

const DONE: Record<string, never> = {};

/** What each command does; `shutdown` is the server's. */
const handlers: Omit<Handlers, 'shutdown'> = {
  createRtpEndpoint,
  createWebrtcEndpoint,
  createWebrtcOffer,
  play,
  startRecording,
  stopRecording,
  async setRtpRemote(session, args) {
    const { endpoint } = session.entry(read.text(args, 'endpoint'));
    if (!(endpoint instanceof RtpEndpoint)) throw new MediaError('bad_command', 'This endpoint is not RTP.');
    const remote = read.rtpRemote(args['remote']);
    if (remote.codec === 'OPUS') await loadOpus();
    endpoint.setRemote(remote);
    return DONE;
  },
  setWebrtcAnswer(session, args) {
    webrtcOf(session, args).accept(read.text(args, 'answerSdp'));
    return DONE;
  },
  reanswerWebrtc(session, args) {
    return { answerSdp: webrtcOf(session, args).renegotiate(read.text(args, 'offerSdp')) };
  },
  closeEndpoint: (session, args) => session.closeEndpoint(read.text(args, 'endpoint')),
  readQuality: (session, args) => ({ report: session.quality(read.text(args, 'endpoint'), read.whole(args, 'overMs', 1, 2 ** 31)) }),
  createBridge(session, args) {
    session.createBridge(read.text(args, 'bridge'), read.text(args, 'a'), read.text(args, 'b'));
    return DONE;
  },
  closeBridge(session, args) {
    session.closeBridge(read.text(args, 'bridge'));
    return DONE;
  },
  createMix(session, args) {
    session.mixes.create(read.text(args, 'mix'));
    return DONE;
  },
  setMixMember(session, args) {
    const rights = { hears: read.mixScope(args, 'hears'), heardBy: read.mixScope(args, 'heardBy') };
    session.setMixMember(read.text(args, 'mix'), read.text(args, 'endpoint'), rights);
    return DONE;
  },
  leaveMix(session, args) {
    session.mixes.get(read.text(args, 'mix')).leave(read.text(args, 'endpoint'));
    return DONE;
  },
  closeMix(session, args) {
    session.mixes.close(read.text(args, 'mix'));
    return DONE;
  },
  setDtmfDetection(session, args) {
    session.setDtmfDetection(read.text(args, 'endpoint'), read.flag(args, 'on'));
    return DONE;
  },
  setEcho(session, args) {
    const { path } = session.entry(read.text(args, 'endpoint')).endpoint;
    if (read.flag(args, 'on')) path.peer ??= path;
    else if (path.peer === path) path.peer = null;
    return DONE;
  },
  stopPlay(session, args) {
    if (session.mixes.has(read.text(args, 'endpoint'))) {
      const mix = session.mixes.get(read.text(args, 'endpoint'));
      if (mix.playbackId === read.text(args, 'playback')) mix.stopPlay();
      return DONE;
    }
    const entry = session.entry(read.text(args, 'endpoint'));
    if (entry.playback?.id === read.text(args, 'playback')) {
      entry.playback.stop();
      entry.playback = null;
    }
    return DONE;
  },
  sendDtmf(session, args) {
    const entry = session.entry(read.text(args, 'endpoint'));
    const event = eventOfDigit(read.text(args, 'digit'));
    if (event === undefined) throw new MediaError('bad_command', 'This is no DTMF digit.');
    session.digitsOf(entry).send(event, read.whole(args, 'durationMs', 40, 8000));
    return DONE;
  },
  setRecordingRight(session, args) {
    const entry = session.recording(read.text(args, 'recording'));
    const right = read.textOrNull(args, 'right');
    entry.recorder.listen(1, right === null ? null : session.tapSource(entry.left, right));
    entry.right = right;
    return DONE;
  },
  pauseRecording(session, args) {
    session.recording(read.text(args, 'recording')).recorder.pause(read.flag(args, 'paused'));
    return DONE;
  },
  dump: (session) => session.dump(),
  ping: (session) => ({ load: session.load(), pid: process.pid }),
};

/**
 * Runs one command.
 * @throws MediaError
 */
export async function runCommand(session: Session, name: string, args: read.RawArgs): Promise<unknown> {
  if (!Object.hasOwn(handlers, name)) throw new MediaError('bad_command', 'There is no such command.');
  return handlers[name as keyof typeof handlers](session, args);
}

async function createRtpEndpoint(
  session: Session,
  args: read.RawArgs,
): Promise<MediaCommands['createRtpEndpoint']['out']> {
  const id = read.text(args, 'endpoint');
  const remote = args['remote'] === null ? null : read.rtpRemote(args['remote']);
  const secure = read.secureKind(args);
  const { host, ports, clock, logger, emit } = session.options;
  return session.reserve(id, session.endpoints.has(id), async () => {
    if (remote?.codec === 'OPUS') await loadOpus();
    const pair = await bindPortPair(host, ports);
    const onFailed = (reason: string): void => {
      logger.info({ endpoint: id, reason }, 'no keys for this stream');
      emit({ event: 'endpointState', endpoint: id, state: 'failed' });
    };
    const endpoint = new RtpEndpoint(id, host, pair, clock, (press) => session.pressed(id, press), onFailed);
    if (remote) endpoint.setRemote(remote);
    session.addEndpoint(endpoint);
    return { host, port: pair.port, ...(secure === 'srtp' && secretsOf(clock)) };
  });
}

const secretsOf = (clock: Clock): LocalSecrets => ({
  sdesSecret: randomBytes(SDES_SECRET_BYTES).toString('base64'),
  fingerprint: identityOf(clock).fingerprint,
});

async function createWebrtcEndpoint(
  session: Session,
  args: read.RawArgs,
): Promise<MediaCommands['createWebrtcEndpoint']['out']> {
  const id = read.text(args, 'endpoint');
  const offerSdp = read.text(args, 'offerSdp');
  return session.reserve(id, session.endpoints.has(id), async () => {
    const { endpoint, answerSdp } = await WebrtcEndpoint.answer({ ...webrtcOptions(session, id), offerSdp });
    session.addEndpoint(endpoint);
    return { answerSdp };
  });
}

async function createWebrtcOffer(session: Session, args: read.RawArgs): Promise<MediaCommands['createWebrtcOffer']['out']> {
  const id = read.text(args, 'endpoint');
  return session.reserve(id, session.endpoints.has(id), async () => {
    const { endpoint, offerSdp } = await WebrtcEndpoint.offer(webrtcOptions(session, id));
    session.addEndpoint(endpoint);
    return { offerSdp };
  });
}

function webrtcOptions(session: Session, id: string) {
  const { host, ports, clock, logger, emit } = session.options;
  return {
    id,
    host,
    ports,
    clock,
    logger,
    onDtmf: (press: DtmfPress) => session.pressed(id, press),
    onState: (state: WebrtcState) => emit({ event: 'endpointState', endpoint: id, state }),
  };
}

function webrtcOf(session: Session, args: read.RawArgs): WebrtcEndpoint {
  const { endpoint } = session.entry(read.text(args, 'endpoint'));
  if (!(endpoint instanceof WebrtcEndpoint)) throw new MediaError('bad_command', 'This endpoint is no browser.');
  return endpoint;
}

async function play(session: Session, args: read.RawArgs): Promise<Record<string, never>> {
  const endpoint = read.text(args, 'endpoint');
  const playback = read.text(args, 'playback');
  const source = read.playSource(args['source']);
  const isMix = session.mixes.has(endpoint);
  if (!isMix) session.entry(endpoint);
  const sounds = await Promise.all(source.files.map((file) => session.options.sounds.get(file)));
  const onFinished = (): void => session.options.emit({ event: 'playFinished', endpoint, playback });
  if (isMix) {
    session.mixes.get(endpoint).play(playback, sounds, source.loop, onFinished);
    return DONE;
  }
  const entry = session.entry(endpoint);
  entry.playback?.stop();
  entry.playback = new Playback(playback, entry.endpoint.path, sounds, source.loop, session.ticker, () => {
    entry.playback = null;
    onFinished();
  });
  return DONE;
}

async function startRecording(session: Session, args: read.RawArgs): Promise<Record<string, never>> {
  const id = read.text(args, 'recording');
  const left = read.text(args, 'left');
  const right = read.textOrNull(args, 'right');
  const path = read.text(args, 'path');
  const seal = read.recordingSeal(args['seal']);
  const silenceMs = args['silenceMs'] === undefined ? null : read.whole(args, 'silenceMs', 100, 86_400_000);
  session.entry(left);
  if (right !== null) session.tapSource(left, right);
  return session.reserve(id, session.recordings.has(id), async () => {
    const { clock } = session.options;
    const recorder = await Recorder.start({ path, ...seal, clock, syncGroup: session.syncGroup, onFailed: failureOf(session, id) });
    // Either may have hung up meanwhile: their channel stays silent.
    recorder.listen(0, session.endpoints.get(left)?.endpoint.path ?? null);
    recorder.listen(1, right !== null && (session.endpoints.has(right) || session.mixes.has(right)) ? session.tapSource(left, right) : null);
    session.addRecording(id, { recorder, left, right, silenceMs });
    return DONE;
  });
}

/** Made apart from the key, which a closure made beside it would keep for as long as the recording. */
function failureOf(session: Session, recording: string): (reason: string) => void {
  return (reason) => {
    session.abandonRecording(recording);
    session.options.emit({ event: 'recordingFailed', recording, reason });
  };
}

async function stopRecording(session: Session, args: read.RawArgs): Promise<RecordingResult> {
  const id = read.text(args, 'recording');
  const { recorder } = session.recording(id);
  session.removeRecording(id);
  return recorder.stop();
}
