/** TLS connections (RFC 3261 section 26.2, RFC 5922): version 1.2 or newer, authenticated ciphers only. */
import type { PeerCertificate, SecureContextOptions, TLSSocket } from 'node:tls';
import { connect, createServer, rootCertificates } from 'node:tls';
import type { StreamKind } from './stream.ts';

/** Key and certificate that we show, PEM. They may change while we run. */
export interface TlsIdentity {
  readonly key: string;
  readonly certificate: string;
  /** Calls `run` whenever they changed. @returns stops that */
  onChange(run: () => void): () => void;
}

export interface TlsOptions {
  identity: TlsIdentity;
  /** Authorities that we trust beside those that Node knows, PEM. */
  authorities?: readonly string[];
  /** Whether peers are asked for certificates of their own; `required` = nobody without one is let in. */
  clientCertificates?: 'off' | 'optional' | 'required';
}

/** Forward secrecy and AEAD; TLS 1.3 has nothing else. */
const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

const HANDSHAKE_MS = 8000;

/** What servers and clients have in common, for the present identity. */
export function secureOptions({ identity, authorities = [] }: TlsOptions): SecureContextOptions {
  return {
    key: identity.key,
    cert: identity.certificate,
    minVersion: 'TLSv1.2',
    ciphers: CIPHERS,
    ca: [...rootCertificates, ...authorities],
  };
}

/** For `StreamTransport`. A changed certificate is shown to new connections; those that are open go on. */
export function tlsKind(options: TlsOptions): StreamKind {
  const wants = options.clientCertificates ?? 'off';
  let stopWatching: () => void = () => undefined;
  return {
    transport: 'tls',
    createServer: (onSocket, onRaw) => {
      const server = createServer({
        ...secureOptions(options),
        honorCipherOrder: true,
        noDelay: true,
        keepAlive: true,
        handshakeTimeout: HANDSHAKE_MS,
        requestCert: wants !== 'off',
        rejectUnauthorized: wants === 'required',
      });
      server.on('connection', onRaw);
      server.on('secureConnection', onSocket);
      // A handshake that fails is the peer's affair: Node has closed the socket.
      server.on('tlsClientError', () => undefined);
      stopWatching = options.identity.onChange(() => server.setSecureContext(secureOptions(options)));
      return server;
    },
    connect: ({ host, port, serverName }, localAddress, onReady) => {
      const local = localAddress === null ? {} : { localAddress };
      const name = serverName === undefined ? {} : { servername: serverName };
      const socket = connect({ ...secureOptions(options), host, port, ...local, ...name }, onReady);
      socket.setNoDelay(true);
      socket.setKeepAlive(true);
      return socket;
    },
    certified: (socket) => {
      const secured = socket as TLSSocket;
      return wants !== 'off' && secured.authorized ? namesOf(secured.getPeerCertificate()) : undefined;
    },
    close: () => stopWatching(),
  };
}

/** DNS and URI names of a certificate, lower case (RFC 5922 section 7.1); the common name only when there are none. */
export function namesOf(certificate: PeerCertificate): string[] {
  const alternatives = (certificate.subjectaltname ?? '').split(', ');
  const names = alternatives
    .filter((entry) => entry.startsWith('DNS:') || entry.startsWith('URI:'))
    .map((entry) => entry.slice('DNS:'.length).toLowerCase());
  if (names.length > 0) return names;
  const common = certificate.subject?.CN;
  return typeof common === 'string' ? [common.toLowerCase()] : [];
}
