/**
 * The handshake of a server (RFC 5246 section 7.3, RFC 6347 section 4.2.4):
 *
 *     clientHello --(cookie)--> certificate --> keyExchange --> verify --> finished --> connected
 *
 * A ClientHello that we cannot take is dropped without a trace: anybody may have sent it, and the peer's own may still come.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { SrtpProfile } from '../rtp/srtp-profile.ts';
import { GROUPS, makeEphemeral } from './ecdh.ts';
import { ALERT, DtlsError } from './errors.ts';
import type { HandshakeMessage } from './handshake.ts';
import { type ClientHello, type HelloExtensions, parseClientHello, serializeHelloVerifyRequest, serializeServerHello } from './hellos.ts';
import { ecdhParameters, parseCertificate, parseCertificateVerify, parseClientKeyExchange, serializeCertificate, serializeCertificateRequest, serializeServerKeyExchange } from './key-messages.ts';
import { verifyData } from './key-schedule.ts';
import { DTLS_1_2, GROUP, HANDSHAKE, RENEGOTIATION_SCSV, SRTP_PROFILES, SUITE } from './numbers.ts';
import { type DtlsRun, plain } from './run.ts';
import { checkSigned, identified, SIGNATURE_SCHEMES, signWith, takesOurs } from './signatures.ts';
import type { DtlsConfig } from './state.ts';

/** What of a ClientHello is used. */
interface Chosen {
  group: number;
  profile: SrtpProfile;
}

const UNCOMPRESSED = 0;
const COOKIE_BYTES = 32;
const NOTHING = Buffer.alloc(0);

/** What we have in common with a client; null = not enough. */
function choose({ version, suites, compressions, extensions }: ClientHello): Chosen | null {
  const { groups = [GROUP.p256], pointFormats = [UNCOMPRESSED], signatures, srtpProfiles = [], versions } = extensions;
  // DTLS versions count down: 1.0 is 0xfeff.
  const isNewEnough = version >> 8 === 0xfe && version <= DTLS_1_2 && (versions?.includes(DTLS_1_2) ?? true);
  const isFirst = (extensions.renegotiation?.length ?? 0) === 0;
  const group = GROUPS.find((each) => groups.includes(each));
  const profile = SRTP_PROFILES.find(({ number }) => srtpProfiles.includes(number))?.name;
  // The curve of our certificate has to be among the client's (RFC 8422 section 5.1).
  const canAgree = groups.includes(GROUP.p256) && suites.includes(SUITE.ecdsa) && compressions.includes(0) && pointFormats.includes(UNCOMPRESSED) && takesOurs(signatures);
  return isNewEnough && isFirst && canAgree && group !== undefined && profile ? { group, profile } : null;
}

/** A ClientHello that is whole, while none was taken yet. */
export function onClientHello(run: DtlsRun, message: HandshakeMessage): void {
  const hello = helloOf(message);
  const chosen = hello && choose(hello);
  if (!hello || !chosen) return;
  const cookie = cookieFor(run.config, hello);
  if (cookie && !(hello.cookie.length === cookie.length && timingSafeEqual(hello.cookie, cookie))) {
    const request = { type: HANDSHAKE.helloVerifyRequest, sequence: 0, body: serializeHelloVerifyRequest(cookie) };
    run.transmit(plain(request));
    return;
  }
  accept(run, message, hello, chosen);
}

function helloOf({ body }: HandshakeMessage): ClientHello | null {
  try {
    return parseClientHello(body);
  } catch (error) {
    if (error instanceof DtlsError) return null;
    throw error;
  }
}

/** Bound to the client's address and to what it will say again (RFC 6347 section 4.2.1); null = the address is proven by ICE. */
function cookieFor({ cookie }: DtlsConfig, hello: ClientHello): Buffer | null {
  if (!cookie) return null;
  const hmac = createHmac('sha256', cookie.secret).update(cookie.peer).update('\0').update(hello.random);
  return hmac.update(hello.sessionId).update(hello.suites.join()).digest().subarray(0, COOKIE_BYTES);
}

function accept(run: DtlsRun, message: HandshakeMessage, hello: ClientHello, { group, profile }: Chosen): void {
  const { config } = run;
  const { identity } = config;
  const randoms = { client: Buffer.from(hello.random), server: config.random(32) };
  const ephemeral = makeEphemeral(group, config.random(32));
  const extendedMasterSecret = hello.extensions.extendedMasterSecret === true;
  // With a cookie asked for our first number is spent, as is the client's.
  run.state = { ...run.state, stage: 'certificate', due: message.sequence + 1, next: message.sequence, kept: new Map(), randoms, ephemeral, extendedMasterSecret, profile };
  run.note(message);
  const parameters = ecdhParameters(group, ephemeral.publicKey);
  const signed = signWith(identity.privateKey, Buffer.concat([randoms.client, randoms.server, parameters]));
  const extensions = answerTo(hello, profile, extendedMasterSecret);
  const flight = [
    run.message(HANDSHAKE.serverHello, serializeServerHello({ version: DTLS_1_2, random: randoms.server, sessionId: NOTHING, suite: SUITE.ecdsa, compression: 0, extensions })),
    run.message(HANDSHAKE.certificate, serializeCertificate([identity.certificate])),
    run.message(HANDSHAKE.serverKeyExchange, serializeServerKeyExchange(parameters, signed)),
    run.message(HANDSHAKE.certificateRequest, serializeCertificateRequest(SIGNATURE_SCHEMES)),
    run.message(HANDSHAKE.serverHelloDone, NOTHING),
  ];
  run.send(plain(...flight));
}

/** A server answers only what was asked (RFC 5246 section 7.4.1.4). */
function answerTo({ extensions, suites }: ClientHello, profile: SrtpProfile, extendedMasterSecret: boolean): HelloExtensions {
  const number = SRTP_PROFILES.find(({ name }) => name === profile)?.number ?? 0;
  return {
    ...((extensions.renegotiation || suites.includes(RENEGOTIATION_SCSV)) && { renegotiation: NOTHING }),
    ...(extensions.pointFormats && { pointFormats: [UNCOMPRESSED] }),
    srtpProfiles: [number],
    ...(extendedMasterSecret && { extendedMasterSecret: true as const }),
  };
}

/** The message that is due, after the ClientHello. @throws DtlsError */
export function onClientMessage(run: DtlsRun, message: HandshakeMessage): void {
  const { state, config } = run;
  switch (state.stage) {
    case 'certificate':
      state.peerKey = identified(parseCertificate(message.body), config.fingerprints);
      state.stage = 'keyExchange';
      run.note(message);
      return;
    case 'keyExchange':
      run.note(message);
      run.derive(parseClientKeyExchange(message.body));
      state.stage = 'verify';
      return;
    case 'verify':
      if (state.peerKey) checkSigned(state.peerKey, Buffer.concat(state.transcript), parseCertificateVerify(message.body));
      state.stage = 'finished';
      run.note(message);
      return;
    case 'finished':
      checkFinished(run, 'client', message);
      run.send([{ kind: 'changeCipherSpec' }, { kind: 'message', message: finishedOf(run, 'server'), epoch: 1 }], true);
      run.connected();
      return;
    default:
  }
}

/** @throws DtlsError `decrypt_error` */
export function checkFinished(run: DtlsRun, who: 'client' | 'server', message: HandshakeMessage): void {
  const { master, transcript } = run.state;
  const expected = master && verifyData(master, who, transcript);
  if (!expected || expected.length !== message.body.length || !timingSafeEqual(expected, message.body)) throw new DtlsError(ALERT.decryptError, 'Finished is wrong');
  run.note(message);
}

export function finishedOf(run: DtlsRun, who: 'client' | 'server'): HandshakeMessage {
  const { master, transcript } = run.state;
  return run.message(HANDSHAKE.finished, master ? verifyData(master, who, transcript) : NOTHING);
}
