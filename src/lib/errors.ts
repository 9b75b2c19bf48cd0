/**
 * Errors that a caller may show, count and act on. Each carries its own verdict (HTTP status, stable code, metric label is
 * the code), defined where the error is made. Anything else that is thrown is a bug and is answered as `internal`.
 */
export class AppError extends Error {
  /** Stable machine-readable code, for example `not_found`. Part of the public API: never rename one. */
  readonly code: string;
  /** HTTP status to answer with. */
  readonly status: number;
  /** Extra members of the RFC 9457 problem document; never secrets, never another tenant's data. */
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(code: string, status: number, message: string, extra: Record<string, unknown> = {}) {
    super(message);
    this.name = 'AppError';
    this.code = code;
    this.status = status;
    this.extra = extra;
  }
}

/** The object does not exist, or belongs to another tenant: the two must look alike (interfaces: 404, never 403). */
export const notFound = (what = 'object'): AppError => new AppError('not_found', 404, `No such ${what}.`);

/** The request is well-formed but breaks a rule that the caller can mend. */
export const invalid = (message: string, extra: Record<string, unknown> = {}): AppError =>
  new AppError('invalid', 422, message, extra);

/** The object's state does not allow the action now. */
export const conflict = (code: string, message: string): AppError => new AppError(code, 409, message);

/** A dependency (database, media, disk) is not there at the moment; the caller may try again. */
export const unavailable = (code: string, message: string, extra: Record<string, unknown> = {}): AppError => new AppError(code, 503, message, extra);

/** The message of anything thrown, for a log line. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
