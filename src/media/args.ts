import { CODEC_NAMES, type CodecName } from '../protocol/rtp/codecs.ts';
import { srtpKeyBytes, type SrtpProfile } from '../protocol/rtp/srtp-profile.ts';
import type { DtlsRole } from '../protocol/dtls/state.ts';
import type { DtlsRemote, SrtpKeys } from '../protocol/sdp/security.ts';
import { MediaError } from './errors.ts';
import type { Direction, MixScope, PlaySource, RecordingSeal, SecureKind, SoundSource, RtpRemote } from './protocol.ts';

/** Arguments of a command as they came over the wire. */
export type RawArgs = Record<string, unknown>;

const bad = (field: string): MediaError => new MediaError('bad_command', `The field ${field} is missing or wrong.`);

/** A JSON object, nothing else. @throws MediaError `bad_command` */
export function objectOf(value: unknown, field: string): RawArgs {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bad(field);
  return value as RawArgs;
}

/** A string with at least one character. @throws MediaError `bad_command` */
export function text(args: RawArgs, field: string): string {
  const value = args[field];
  if (typeof value !== 'string' || value === '') throw bad(field);
  return value;
}

/** @throws MediaError `bad_command` */
export function textOrNull(args: RawArgs, field: string): string | null {
  return args[field] === null ? null : text(args, field);
}

/** @throws MediaError `bad_command` */
export function flag(args: RawArgs, field: string): boolean {
  const value = args[field];
  if (typeof value !== 'boolean') throw bad(field);
  return value;
}

/** A whole number within both bounds. @throws MediaError `bad_command` */
export function whole(args: RawArgs, field: string, low: number, high: number): number {
  const value = args[field];
  if (typeof value !== 'number' || !Number.isInteger(value) || value < low || value > high) throw bad(field);
  return value;
}

function oneOf<Value extends string>(args: RawArgs, field: string, values: readonly Value[]): Value {
  const found = values.find((value) => value === args[field]);
  if (found === undefined) throw bad(field);
  return found;
}

/** @throws MediaError `bad_command` */
export function rtpRemote(value: unknown): RtpRemote {
  const args = objectOf(value, 'remote');
  return {
    host: text(args, 'host'),
    port: whole(args, 'port', 0, 65_535),
    codec: oneOf<CodecName>(args, 'codec', CODEC_NAMES),
    payloadType: whole(args, 'payloadType', 0, 127),
    dtmfPayloadType: args['dtmfPayloadType'] === null ? null : whole(args, 'dtmfPayloadType', 0, 127),
    direction: oneOf<Direction>(args, 'direction', ['sendrecv', 'sendonly', 'recvonly', 'inactive']),
    ...(args['ptimeMs'] !== undefined && { ptimeMs: whole(args, 'ptimeMs', 1, 200) }),
    ...(args['rtcpMux'] === true && { rtcpMux: true as const }),
    ...(args['rtcpPort'] !== undefined && { rtcpPort: whole(args, 'rtcpPort', 1, 65_535) }),
    ...(args['srtp'] !== undefined && { srtp: srtpKeys(args['srtp']) }),
    ...(args['dtls'] !== undefined && { dtls: dtlsRemote(args['dtls']) }),
  };
}

function srtpKeys(value: unknown): SrtpKeys {
  const args = objectOf(value, 'srtp');
  const suite = oneOf<SrtpProfile>(args, 'suite', ['AES_CM_128_HMAC_SHA1_80', 'AES_CM_128_HMAC_SHA1_32', 'AEAD_AES_128_GCM']);
  const keys = { suite, localKey: text(args, 'localKey'), remoteKey: text(args, 'remoteKey') };
  for (const key of [keys.localKey, keys.remoteKey]) if (Buffer.from(key, 'base64').length !== srtpKeyBytes(suite)) throw bad('srtp');
  return keys;
}

function dtlsRemote(value: unknown): DtlsRemote {
  const args = objectOf(value, 'dtls');
  const listed = Array.isArray(args['fingerprints']) ? args['fingerprints'].map((each) => objectOf(each, 'dtls')) : [];
  if (listed.length === 0) throw bad('dtls');
  const fingerprints = listed.map((each) => ({ algorithm: text(each, 'algorithm'), value: text(each, 'value') }));
  return { role: oneOf<DtlsRole>(args, 'role', ['client', 'server']), fingerprints };
}

/** How an endpoint shall be protected; none when not given. @throws MediaError `bad_command` */
export function secureKind(args: RawArgs): SecureKind {
  return args['secure'] === undefined ? 'none' : oneOf<SecureKind>(args, 'secure', ['none', 'srtp']);
}

/** Whom a member of a mix hears, or is heard by. @throws MediaError `bad_command` */
export function mixScope(args: RawArgs, field: string): MixScope {
  const value = args[field];
  if (value === 'all' || value === 'none') return value;
  if (!Array.isArray(value) || value.length > 256 || !value.every((each) => typeof each === 'string')) throw bad(field);
  return value;
}

/** @throws MediaError `bad_command` */
export function playSource(value: unknown): PlaySource {
  const args = objectOf(value, 'source');
  const files = args['files'];
  if (!Array.isArray(files) || files.length === 0 || files.length > 64) throw bad('files');
  return { files: files.map(soundSource), loop: flag(args, 'loop') };
}

function soundSource(value: unknown): SoundSource {
  if (typeof value === 'string') return value;
  const args = objectOf(value, 'files');
  const seal = { path: text(args, 'path'), key: text(args, 'key'), associatedData: text(args, 'associatedData') };
  return args['content'] === undefined ? seal : { ...seal, content: oneOf(args, 'content', ['recording']) };
}

/** The key as bytes. @throws MediaError `bad_command` */
export function recordingSeal(value: unknown): { key: Buffer; associatedData: Buffer } {
  const args = objectOf(value, 'seal');
  const seal: RecordingSeal = { key: text(args, 'key'), associatedData: text(args, 'associatedData') };
  const key = Buffer.from(seal.key, 'base64');
  if (key.length !== 32) throw bad('key');
  return { key, associatedData: Buffer.from(seal.associatedData, 'utf8') };
}
