/** Certificate, ServerKeyExchange, CertificateRequest, ClientKeyExchange and CertificateVerify (RFC 5246 section 7.4, RFC 8422). */
import { ByteReader } from '../byte-reader.ts';
import { decodeError } from './handshake.ts';
import { u16, u8, vector } from './writer.ts';

const MOST_CERTIFICATES = 10;
/** ECCurveType named_curve. */
const NAMED_CURVE = 3;

/** Certificates in DER, the peer's own first. @throws DtlsError `decode_error` */
export function parseCertificate(body: Buffer): Buffer[] {
  const reader = new ByteReader(body, decodeError);
  const list = new ByteReader(reader.vector(3), decodeError);
  reader.end();
  const certificates: Buffer[] = [];
  while (list.left > 0) {
    if (certificates.length >= MOST_CERTIFICATES) list.fail('too many certificates');
    certificates.push(list.vector(3));
  }
  return certificates;
}

export const serializeCertificate = (certificates: readonly Buffer[]): Buffer => vector(3, ...certificates.map((der) => vector(3, der)));

export interface Signed {
  /** SignatureScheme, 16 bits. */
  scheme: number;
  signature: Buffer;
}

export interface ServerKeyExchange extends Signed {
  group: number;
  publicKey: Buffer;
  /** What the signature covers beside both randoms. */
  parameters: Buffer;
}

/** @throws DtlsError `decode_error` */
export function parseServerKeyExchange(body: Buffer): ServerKeyExchange {
  const reader = new ByteReader(body, decodeError);
  if (reader.u8() !== NAMED_CURVE) reader.fail('no named curve');
  const group = reader.u16();
  const publicKey = reader.vector(1);
  const parameters = body.subarray(0, reader.offset);
  return { group, publicKey, parameters, ...readSigned(reader) };
}

/** What the server signs, after both randoms. */
export const ecdhParameters = (group: number, publicKey: Buffer): Buffer => Buffer.concat([u8(NAMED_CURVE), u16(group), vector(1, publicKey)]);

export const serializeServerKeyExchange = (parameters: Buffer, signed: Signed): Buffer => Buffer.concat([parameters, serializeSigned(signed)]);

/** Signature schemes that the server takes. @throws DtlsError `decode_error` */
export function parseCertificateRequest(body: Buffer): number[] {
  const reader = new ByteReader(body, decodeError);
  reader.vector(1);
  const schemes = reader.numbers();
  reader.vector(2);
  reader.end();
  return schemes;
}

/** Asks for any certificate with an ECDSA or RSA key (types 64 and 1), of no authority in particular. */
export const serializeCertificateRequest = (schemes: readonly number[]): Buffer =>
  Buffer.concat([vector(1, Buffer.from([64, 1])), vector(2, ...schemes.map(u16)), vector(2)]);

/** The client's public key. @throws DtlsError `decode_error` */
export function parseClientKeyExchange(body: Buffer): Buffer {
  const reader = new ByteReader(body, decodeError);
  const publicKey = reader.vector(1);
  reader.end();
  return publicKey;
}

export const serializeClientKeyExchange = (publicKey: Buffer): Buffer => vector(1, publicKey);

/** @throws DtlsError `decode_error` */
export const parseCertificateVerify = (body: Buffer): Signed => readSigned(new ByteReader(body, decodeError));

export const serializeSigned = ({ scheme, signature }: Signed): Buffer => Buffer.concat([u16(scheme), vector(2, signature)]);

function readSigned(reader: ByteReader): Signed {
  const [scheme, signature] = [reader.u16(), reader.vector(2)];
  reader.end();
  return { scheme, signature };
}
