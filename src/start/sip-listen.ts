import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Clock } from '../lib/clock.ts';
import type { Config } from '../lib/config.ts';
import type { Logger } from '../lib/logger.ts';
import { CertificateFiles, makeCertificate } from '../sip/transports/certificate-files.ts';
import type { ListenOptions } from '../sip/transports/transports.ts';

/** Where SIP listens, with the certificate that it shows. */
export interface SipListen {
  options: Pick<ListenOptions, 'host' | 'tls' | 'webSocket'> & { trustedEdges: readonly string[] };
  /** Stops looking at the certificate files. */
  stop(): void;
}

/**
 * Reads, or at the first start makes, the certificate for SIP over TLS and secure WebSocket.
 * @throws Error naming the file that cannot be used
 */
export function prepareSipListen(config: Config, clock: Clock, logger: Logger): SipListen {
  const { sipHosts, sipsPort, sipWsPort, sipWssPort, sipWsOrigins, trustedEdges, tls } = config;
  const isSecure = sipsPort !== null || sipWssPort !== null;
  const webSocket = { port: sipWsPort, securePort: sipWssPort, origins: sipWsOrigins };
  if (!isSecure) return { options: { host: sipHosts, webSocket, trustedEdges }, stop: () => undefined };
  const { certificateFile, keyFile, authoritiesFile, isOwn, clientCertificates } = tls;
  const names = [...new Set([hostname(), 'localhost', ...sipHosts.filter((host) => host !== '0.0.0.0' && host !== '::')])];
  if (isOwn) makeCertificate(certificateFile, keyFile, names, clock.wall(), randomBytes);
  const identity = new CertificateFiles({ certificateFile, keyFile, clock, logger });
  const authorities = authoritiesFile === null ? [] : [readFileSync(authoritiesFile, 'utf8')];
  return {
    options: { host: sipHosts, tls: { port: sipsPort, identity, authorities, clientCertificates }, webSocket, trustedEdges },
    stop: () => identity.stop(),
  };
}
