/** Alert descriptions (RFC 5246 section 7.2). */
export const ALERT = {
  closeNotify: 0,
  unexpectedMessage: 10,
  handshakeFailure: 40,
  badCertificate: 42,
  unsupportedCertificate: 43,
  illegalParameter: 47,
  decodeError: 50,
  decryptError: 51,
  protocolVersion: 70,
  noRenegotiation: 100,
} as const;

/** What a peer sent is wrong, or not acceptable. The only error of this folder. */
export class DtlsError extends Error {
  /** The alert that says so. */
  readonly alert: number;
  /** Short and stable, for a log line. */
  readonly reason: string;

  constructor(alert: number, reason: string) {
    super(reason);
    this.name = 'DtlsError';
    this.alert = alert;
    this.reason = reason;
  }
}
