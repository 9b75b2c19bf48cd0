import { pino } from 'pino';

/** What the code may log with; pino fits it. First the fields, then a sentence. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): Logger;
}

/** Field names whose values never reach a log, wherever they stand one or two levels deep. */
const SECRET_FIELDS = ['password', 'token', 'cookie', 'authorization', 'key', 'secret', 'csrfToken', 'masterKey'];

/**
 * The process's logger: JSON lines on standard output, secrets blanked.
 * @param level pino level name, from `SCC_LOG_LEVEL`
 * @param file where the lines go instead of standard output; its folder exists
 */
export function createLogger(level: string, name: string, file?: string): Logger {
  const paths = SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);
  const options = { level, name, redact: { paths, censor: '[hidden]' }, base: { pid: process.pid } };
  return file === undefined ? pino(options) : pino(options, pino.destination({ dest: file, mode: 0o600 }));
}

/** Says nothing; for tests that assert on other things. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
};
