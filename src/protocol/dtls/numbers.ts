/** Numbers of DTLS 1.2 that we speak. */

/** On the wire DTLS counts versions down: 1.0 is 0xfeff, 1.2 is 0xfefd. */
export const DTLS_1_2 = 0xfefd;

export const CONTENT = { changeCipherSpec: 20, alert: 21, handshake: 22, applicationData: 23 } as const;

export const HANDSHAKE = {
  clientHello: 1,
  serverHello: 2,
  helloVerifyRequest: 3,
  certificate: 11,
  serverKeyExchange: 12,
  certificateRequest: 13,
  serverHelloDone: 14,
  certificateVerify: 15,
  clientKeyExchange: 16,
  finished: 20,
} as const;

/** TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 and the same with RSA (RFC 5289). */
export const SUITE = { ecdsa: 0xc02b, rsa: 0xc02f } as const;

/** TLS_EMPTY_RENEGOTIATION_INFO_SCSV (RFC 5746). */
export const RENEGOTIATION_SCSV = 0x00ff;

export const GROUP = { p256: 23, x25519: 29 } as const;

export const EXTENSION = {
  supportedGroups: 10,
  pointFormats: 11,
  signatureAlgorithms: 13,
  useSrtp: 14,
  extendedMasterSecret: 23,
  supportedVersions: 43,
  renegotiationInfo: 0xff01,
} as const;

/** Protection profiles of `use_srtp` (RFC 5764 section 4.1.2, RFC 7714 section 14.2), ours first: counter mode costs a fifth of GCM here. */
export const SRTP_PROFILES = [
  { number: 0x0001, name: 'AES_CM_128_HMAC_SHA1_80' },
  { number: 0x0007, name: 'AEAD_AES_128_GCM' },
] as const;
