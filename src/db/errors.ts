import { AppError, unavailable } from '../lib/errors.ts';
import { UnknownKeyVersion } from '../vault/tenant-vault.ts';

/** The fields of a `pg` error that we look at. */
interface PgError {
  code?: unknown;
  constraint?: unknown;
  message?: unknown;
}

/**
 * A statement failed. Carries the SQLSTATE and the name of the constraint, never the server's message, DETAIL or HINT:
 * those can hold values of any row.
 */
export class QueryError extends AppError {
  /** Five characters, PostgreSQL appendix A. */
  readonly sqlState: string;
  readonly constraint: string | null;

  constructor(code: string, status: number, message: string, sqlState: string, constraint: string | null) {
    super(code, status, message);
    this.name = 'QueryError';
    this.sqlState = sqlState;
    this.constraint = constraint;
  }
}

/** Errors of the socket below the driver. */
const SOCKET_CODES = new Set(['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN']);

/** SQLSTATEs that say the server, not the statement, is at fault: shutdown, crash, starting up, too many connections, disk full. */
const SERVER_STATES = new Set(['57P01', '57P02', '57P03', '53300', '53100', '25006']);

const DRIVER_MESSAGES = ['Connection terminated', 'timeout exceeded when trying to connect', 'timeout expired', 'Client has encountered a connection error', 'Query read timeout'];

const codeOf = (error: unknown): string => {
  const code = (error as PgError | null)?.code;
  return typeof code === 'string' ? code : '';
};

/** Whether the database could not be reached, so that trying again later makes sense. */
export function isConnectionError(error: unknown): boolean {
  if (error instanceof AppError) return error.code === 'database_unavailable';
  const code = codeOf(error);
  if (SOCKET_CODES.has(code) || SERVER_STATES.has(code) || code.startsWith('08')) return true;
  return error instanceof Error && code === '' && DRIVER_MESSAGES.some((text) => error.message.includes(text));
}

/**
 * Whether the transaction succeeds when run again: it lost against another one (serialization failure, deadlock), or read what
 * another process has sealed under a key version that this one loads before the next try.
 */
export function isRetryable(error: unknown): boolean {
  if (error instanceof UnknownKeyVersion) return true;
  const state = error instanceof QueryError ? error.sqlState : codeOf(error);
  return state === '40001' || state === '40P01';
}

interface Verdict {
  code: string;
  status: number;
  message: string;
}

const VERDICTS: Readonly<Record<string, Verdict>> = {
  '23505': { code: 'duplicate', status: 409, message: 'A record with this value exists already.' },
  '23503': { code: 'reference_missing', status: 422, message: 'The record refers to another one that does not exist, or is still referred to.' },
  '23514': { code: 'invalid', status: 422, message: 'A value is outside its allowed range.' },
  '23502': { code: 'invalid', status: 422, message: 'A required value is missing.' },
  '57014': { code: 'timeout', status: 503, message: 'The query took too long and was stopped.' },
};

const SQL_STATE = /^[0-9A-Z]{5}$/;

/**
 * Turns whatever a query threw into an error that may travel: our own errors as they are, connection trouble into
 * `database_unavailable`, a failed statement into a QueryError without its values.
 */
export function cleanError(error: unknown): unknown {
  if (error instanceof AppError) return error;
  if (isConnectionError(error)) return unavailable('database_unavailable', 'The database cannot be reached at the moment.');
  const sqlState = codeOf(error);
  if (!SQL_STATE.test(sqlState)) return error;
  const raw = (error as PgError).constraint;
  const constraint = typeof raw === 'string' ? raw : null;
  const verdict = VERDICTS[sqlState];
  if (verdict) return new QueryError(verdict.code, verdict.status, verdict.message, sqlState, constraint);
  // Class 42 is our own SQL (syntax, names, rights): its message names only parts of the schema and a developer needs it.
  const text = sqlState.startsWith('42') ? `: ${String((error as PgError).message)}` : '';
  return new QueryError('internal', 500, `Statement failed with SQLSTATE ${sqlState}${text}`, sqlState, constraint);
}
