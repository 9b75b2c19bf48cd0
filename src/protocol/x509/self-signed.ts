/** Self-signed X.509 certificates (RFC 5280) over P-256, in DER. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { isIP } from 'node:net';
import { addressBytes } from '../stun/address.ts';

const SEQUENCE = 0x30;
const SET = 0x31;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const OID = 0x06;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;
const BOOLEAN_TRUE = Buffer.from([0x01, 0x01, 0xff]);
/** Context tags: `[0]` version, `[3]` extensions, and the two kinds of alternative name. */
const VERSION = 0xa0;
const EXTENSIONS = 0xa3;
const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;

/** Object identifiers in DER: ecdsa-with-SHA256, commonName, basicConstraints, subjectAltName. */
const ECDSA_SHA256 = '2a8648ce3d040302';
const COMMON_NAME = '550403';
const BASIC_CONSTRAINTS = '551d13';
const SUBJECT_ALT_NAME = '551d11';

const DAY_MS = 24 * 3600 * 1000;

export interface SelfSigned {
  privateKey: KeyObject;
  /** DER. */
  certificate: Buffer;
}

export interface SelfSignedOptions {
  /** Common name of subject and issuer, at most 64 characters. */
  subject: string;
  /** Host names and addresses that it is for; none = it says nothing about that. */
  names: readonly string[];
  /** Now, ms since the epoch. */
  wallMs: number;
  days: number;
  random: (bytes: number) => Buffer;
}

/** One DER value: tag, length, content. */
function der(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  if (body.length < 128) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const length = body.length < 256 ? [0x81, body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

const oid = (hex: string): Buffer => der(OID, Buffer.from(hex, 'hex'));

/** Years up to 2049 are written with two digits (RFC 5280 section 4.1.2.5). */
function time(ms: number): Buffer {
  const text = `${new Date(ms).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`;
  return text < '2050' ? der(UTC_TIME, Buffer.from(text.slice(2), 'latin1')) : der(GENERALIZED_TIME, Buffer.from(text, 'latin1'));
}

const alternativeName = (name: string): Buffer =>
  isIP(name) > 0 ? der(IP_ADDRESS, addressBytes(name) ?? Buffer.alloc(0)) : der(DNS_NAME, Buffer.from(name, 'latin1'));

function extensionsFor(names: readonly string[]): Buffer {
  const basic = der(SEQUENCE, oid(BASIC_CONSTRAINTS), BOOLEAN_TRUE, der(OCTET_STRING, der(SEQUENCE)));
  if (names.length === 0) return der(SEQUENCE, basic);
  return der(SEQUENCE, basic, der(SEQUENCE, oid(SUBJECT_ALT_NAME), der(OCTET_STRING, der(SEQUENCE, ...names.map(alternativeName)))));
}

/** Makes a key and a certificate for it; valid from a day ago on, as clocks of telephones may be behind. */
export function selfSigned({ subject, names, wallMs, days, random }: SelfSignedOptions): SelfSigned {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  // Positive, never zero, and without a leading zero byte.
  const serial = Buffer.concat([Buffer.from([0x40]), random(15)]);
  const algorithm = der(SEQUENCE, oid(ECDSA_SHA256));
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, oid(COMMON_NAME), der(UTF8_STRING, Buffer.from(subject.slice(0, 64), 'utf8')))));
  const toSign = der(
    SEQUENCE,
    der(VERSION, der(INTEGER, Buffer.from([2]))),
    der(INTEGER, serial),
    algorithm,
    name,
    der(SEQUENCE, time(wallMs - DAY_MS), time(wallMs + days * DAY_MS)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(EXTENSIONS, extensionsFor(names)),
  );
  const signature = sign('sha256', toSign, privateKey);
  return { privateKey, certificate: der(SEQUENCE, toSign, algorithm, der(BIT_STRING, Buffer.from([0]), signature)) };
}
