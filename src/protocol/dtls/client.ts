/**
 * The handshake of a client:
 *
 *     start --> serverHello --(cookie)--> certificate --> keyExchange --> request --> done --> finished --> connected
 */
import { GROUPS, makeEphemeral } from './ecdh.ts';
import { ALERT, DtlsError } from './errors.ts';
import type { FlightPart } from './flight.ts';
import type { HandshakeMessage } from './handshake.ts';
import { parseHelloVerifyRequest, parseServerHello, serializeClientHello, type ServerHello } from './hellos.ts';
import { parseCertificate, parseCertificateRequest, parseServerKeyExchange, serializeCertificate, serializeClientKeyExchange, serializeSigned } from './key-messages.ts';
import { DTLS_1_2, HANDSHAKE, SRTP_PROFILES, SUITE } from './numbers.ts';
import { type DtlsRun, plain } from './run.ts';
import { checkFinished, finishedOf } from './server.ts';
import { checkSigned, identified, SIGNATURE_SCHEMES, signWith, takesOurs } from './signatures.ts';

const SUITES: readonly number[] = [SUITE.ecdsa, SUITE.rsa];
const NOTHING = Buffer.alloc(0);
/** A server asks for a cookie once, or again when its secret changed meanwhile. */
const MOST_COOKIES = 3;

/** Sends the first flight, or repeats it with the cookie that the server wants. */
export function sayHello(run: DtlsRun, cookie: Buffer = NOTHING): void {
  const { state, config } = run;
  if (state.randoms.client.length === 0) state.randoms = { client: config.random(32), server: NOTHING };
  // Neither the hello without a cookie nor the request for one counts (RFC 6347 section 4.2.1).
  state.transcript = [];
  state.stage = 'serverHello';
  const hello = {
    version: DTLS_1_2,
    random: state.randoms.client,
    sessionId: NOTHING,
    cookie,
    suites: SUITES,
    compressions: [0],
    extensions: {
      renegotiation: NOTHING,
      groups: GROUPS,
      pointFormats: [0],
      signatures: SIGNATURE_SCHEMES,
      srtpProfiles: SRTP_PROFILES.map(({ number }) => number),
      extendedMasterSecret: true as const,
    },
  };
  run.send(plain(run.message(HANDSHAKE.clientHello, serializeClientHello(hello))));
}

/** The message that is due, which is of the type that the stage waits for. @throws DtlsError */
export function onServerMessage(run: DtlsRun, message: HandshakeMessage): void {
  const { state, config } = run;
  switch (state.stage) {
    case 'serverHello':
      if (message.type === HANDSHAKE.helloVerifyRequest) askedForCookie(run, message);
      else greeted(run, message);
      return;
    case 'certificate':
      state.peerKey = identified(parseCertificate(message.body), config.fingerprints);
      if ((state.suite === SUITE.rsa ? 'rsa' : 'ec') !== state.peerKey.asymmetricKeyType) throw new DtlsError(ALERT.illegalParameter, 'the certificate does not fit the cipher suite');
      state.stage = 'keyExchange';
      run.note(message);
      return;
    case 'keyExchange':
      keyOffered(run, message);
      return;
    case 'request':
    case 'done':
      run.note(message);
      if (message.type === HANDSHAKE.certificateRequest) askedForCertificate(run, message);
      else answer(run);
      return;
    case 'finished':
      checkFinished(run, 'server', message);
      state.flight = null;
      run.connected();
      return;
    default:
  }
}

function askedForCookie(run: DtlsRun, message: HandshakeMessage): void {
  run.state.cookies++;
  if (run.state.cookies > MOST_COOKIES) throw new DtlsError(ALERT.unexpectedMessage, 'asked for a cookie too often');
  sayHello(run, Buffer.from(parseHelloVerifyRequest(message.body)));
}

function greeted(run: DtlsRun, message: HandshakeMessage): void {
  const { state } = run;
  const hello = parseServerHello(message.body);
  checkHello(hello);
  const { suite, extensions, random } = hello;
  const [number, ...more] = extensions.srtpProfiles ?? [];
  const profile = SRTP_PROFILES.find((each) => each.number === number)?.name;
  if (!profile || more.length > 0) throw new DtlsError(ALERT.handshakeFailure, 'the server protects no media in a way we know');
  const randoms = { ...state.randoms, server: Buffer.from(random) };
  run.state = { ...state, stage: 'certificate', suite, profile, randoms, extendedMasterSecret: extensions.extendedMasterSecret === true };
  run.note(message);
}

function checkHello({ version, suite, compression, extensions }: ServerHello): void {
  if (version !== DTLS_1_2) throw new DtlsError(ALERT.protocolVersion, 'the server speaks another version');
  const { pointFormats = [0], renegotiation = NOTHING, versions, groups, signatures } = extensions;
  const isOurs = SUITES.includes(suite) && compression === 0 && pointFormats.includes(0) && renegotiation.length === 0;
  // Nothing may be answered that was not asked (RFC 5246 section 7.4.1.4).
  if (!isOurs || versions || groups || signatures) throw new DtlsError(ALERT.illegalParameter, 'the server chose what was not offered');
}

function keyOffered(run: DtlsRun, message: HandshakeMessage): void {
  const { state, config } = run;
  const { group, publicKey, parameters, scheme, signature } = parseServerKeyExchange(message.body);
  if (!GROUPS.includes(group)) throw new DtlsError(ALERT.illegalParameter, 'a group we did not offer');
  if (state.peerKey) checkSigned(state.peerKey, Buffer.concat([state.randoms.client, state.randoms.server, parameters]), { scheme, signature });
  state.ephemeral = makeEphemeral(group, config.random(32));
  state.serverKey = Buffer.from(publicKey);
  state.stage = 'request';
  run.note(message);
}

function askedForCertificate({ state }: DtlsRun, message: HandshakeMessage): void {
  if (!takesOurs(parseCertificateRequest(message.body))) throw new DtlsError(ALERT.handshakeFailure, 'the server takes no signature of ours');
  state.isAsked = true;
  state.stage = 'done';
}

/** ServerHelloDone: our certificate where it is wanted, our key, the proof that the certificate is ours, Finished. */
function answer(run: DtlsRun): void {
  const { state, config } = run;
  const { ephemeral, serverKey, isAsked } = state;
  if (!ephemeral || !serverKey) return;
  const { identity } = config;
  const parts: FlightPart[] = [];
  if (isAsked) parts.push(...plain(run.message(HANDSHAKE.certificate, serializeCertificate([identity.certificate]))));
  parts.push(...plain(run.message(HANDSHAKE.clientKeyExchange, serializeClientKeyExchange(ephemeral.publicKey))));
  run.derive(serverKey);
  if (isAsked) {
    const signed = signWith(identity.privateKey, Buffer.concat(state.transcript));
    parts.push(...plain(run.message(HANDSHAKE.certificateVerify, serializeSigned(signed))));
  }
  parts.push({ kind: 'changeCipherSpec' }, { kind: 'message', message: finishedOf(run, 'client'), epoch: 1 });
  state.stage = 'finished';
  run.send(parts);
}
