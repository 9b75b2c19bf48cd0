/** ClientHello, ServerHello and HelloVerifyRequest (RFC 5246 section 7.4.1, RFC 6347 section 4.2.1) with the extensions we know. */
import { ByteReader } from '../byte-reader.ts';
import { decodeError } from './handshake.ts';
import { DTLS_1_2, EXTENSION } from './numbers.ts';
import { u16, u8, vector } from './writer.ts';

/** What both hellos may say in extensions; absent = not said. */
export interface HelloExtensions {
  groups?: readonly number[];
  pointFormats?: readonly number[];
  signatures?: readonly number[];
  /** Numbers of `use_srtp` profiles. */
  srtpProfiles?: readonly number[];
  extendedMasterSecret?: true;
  /** Verified data of the handshake before (RFC 5746); empty = the first one. */
  renegotiation?: Buffer;
  versions?: readonly number[];
}

export interface ClientHello {
  version: number;
  /** 32 bytes. */
  random: Buffer;
  sessionId: Buffer;
  cookie: Buffer;
  suites: readonly number[];
  compressions: readonly number[];
  extensions: HelloExtensions;
}

export interface ServerHello {
  version: number;
  random: Buffer;
  sessionId: Buffer;
  suite: number;
  compression: number;
  extensions: HelloExtensions;
}

const MOST_EXTENSIONS = 64;

/** @throws DtlsError `decode_error` */
export function parseClientHello(body: Buffer): ClientHello {
  const reader = new ByteReader(body, decodeError);
  const [version, random, sessionId, cookie] = [reader.u16(), reader.take(32), reader.vector(1), reader.vector(1)];
  const suites = reader.numbers();
  const compressions = [...reader.vector(1)];
  return { version, random, sessionId, cookie, suites, compressions, extensions: readExtensions(reader) };
}

export function serializeClientHello(hello: ClientHello): Buffer {
  const { version, random, sessionId, cookie, suites, compressions, extensions } = hello;
  return Buffer.concat([
    u16(version),
    random,
    vector(1, sessionId),
    vector(1, cookie),
    vector(2, ...suites.map(u16)),
    vector(1, Buffer.from(compressions)),
    writeExtensions(extensions),
  ]);
}

/** @throws DtlsError `decode_error` */
export function parseServerHello(body: Buffer): ServerHello {
  const reader = new ByteReader(body, decodeError);
  const [version, random, sessionId, suite, compression] = [reader.u16(), reader.take(32), reader.vector(1), reader.u16(), reader.u8()];
  return { version, random, sessionId, suite, compression, extensions: readExtensions(reader) };
}

export function serializeServerHello({ version, random, sessionId, suite, compression, extensions }: ServerHello): Buffer {
  return Buffer.concat([u16(version), random, vector(1, sessionId), u16(suite), u8(compression), writeExtensions(extensions)]);
}

/** The cookie. @throws DtlsError `decode_error` */
export function parseHelloVerifyRequest(body: Buffer): Buffer {
  const reader = new ByteReader(body, decodeError);
  reader.u16();
  const cookie = reader.vector(1);
  reader.end();
  return cookie;
}

/** The version says nothing about what will be spoken (RFC 6347 section 4.2.1). */
export const serializeHelloVerifyRequest = (cookie: Buffer): Buffer => Buffer.concat([u16(DTLS_1_2), vector(1, cookie)]);

function readExtensions(reader: ByteReader): HelloExtensions {
  const found: HelloExtensions = {};
  if (reader.left === 0) return found;
  const list = new ByteReader(reader.vector(2), decodeError);
  reader.end();
  const seen = new Set<number>();
  while (list.left > 0) {
    const type = list.u16();
    const value = new ByteReader(list.vector(2), decodeError);
    if (seen.has(type) || seen.size >= MOST_EXTENSIONS) list.fail('extension twice, or too many');
    seen.add(type);
    readExtension(found, type, value);
  }
  return found;
}

function readExtension(found: HelloExtensions, type: number, value: ByteReader): void {
  switch (type) {
    case EXTENSION.supportedGroups:
      found.groups = value.numbers();
      break;
    case EXTENSION.pointFormats:
      found.pointFormats = [...value.vector(1)];
      break;
    case EXTENSION.signatureAlgorithms:
      found.signatures = value.numbers();
      break;
    case EXTENSION.useSrtp:
      found.srtpProfiles = value.numbers();
      // An MKI of the peer's is not used (RFC 5764 section 4.1.1).
      value.vector(1);
      break;
    case EXTENSION.extendedMasterSecret:
      found.extendedMasterSecret = true;
      break;
    case EXTENSION.renegotiationInfo:
      found.renegotiation = value.vector(1);
      break;
    case EXTENSION.supportedVersions:
      found.versions = versionsOf(value);
      break;
    default:
      return;
  }
  value.end();
}

/** A list in a ClientHello; one version in a ServerHello, which is that of DTLS 1.3. */
function versionsOf(value: ByteReader): number[] {
  if (value.left === 2) return [value.u16()];
  const bytes = value.vector(1);
  if (bytes.length % 2 !== 0) value.fail('odd list');
  return Array.from({ length: bytes.length / 2 }, (_, index) => bytes.readUInt16BE(index * 2));
}

function writeExtensions({ groups, pointFormats, signatures, srtpProfiles, extendedMasterSecret, renegotiation, versions }: HelloExtensions): Buffer {
  const all: Buffer[] = [];
  const add = (type: number, value: Buffer): number => all.push(u16(type), vector(2, value));
  if (renegotiation) add(EXTENSION.renegotiationInfo, vector(1, renegotiation));
  if (groups) add(EXTENSION.supportedGroups, vector(2, ...groups.map(u16)));
  if (pointFormats) add(EXTENSION.pointFormats, vector(1, Buffer.from(pointFormats)));
  if (signatures) add(EXTENSION.signatureAlgorithms, vector(2, ...signatures.map(u16)));
  if (srtpProfiles) add(EXTENSION.useSrtp, Buffer.concat([vector(2, ...srtpProfiles.map(u16)), vector(1)]));
  if (extendedMasterSecret) add(EXTENSION.extendedMasterSecret, Buffer.alloc(0));
  if (versions) add(EXTENSION.supportedVersions, vector(1, ...versions.map(u16)));
  return all.length === 0 ? Buffer.alloc(0) : vector(2, ...all);
}
