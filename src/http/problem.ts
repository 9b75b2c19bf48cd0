import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { AppError, messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';

/** What the framework says, in our codes. Anything else it throws with a status below 500 is `invalid_request`. */
const FRAMEWORK_ERRORS: Readonly<Record<string, { code: string; status: number; title: string }>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: { code: 'unsupported_media_type', status: 415, title: 'This route does not take a body of this media type.' },
  FST_ERR_CTP_BODY_TOO_LARGE: { code: 'body_too_large', status: 413, title: 'The body is too large.' },
  FST_ERR_CTP_EMPTY_JSON_BODY: { code: 'invalid_json', status: 400, title: 'The body is empty, but should be JSON.' },
  FST_ERR_CTP_INVALID_JSON_BODY: { code: 'invalid_json', status: 400, title: 'The body is not JSON.' },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: { code: 'invalid_request', status: 400, title: 'Content-Length does not fit the body.' },
};

/** The problem document of an error (RFC 9457). What is not ours to tell becomes `internal`. */
export function problemOf(error: unknown): { status: number; body: Record<string, unknown>; bug: boolean } {
  if (error instanceof AppError) {
    const bug = error.status >= 500 && error.code === 'internal';
    const title = bug ? 'Something went wrong on our side.' : error.message;
    return { status: error.status, body: { ...error.extra, type: 'about:blank', title, status: error.status, code: error.code }, bug };
  }
  const framework = error as Partial<FastifyError> | null;
  const known = FRAMEWORK_ERRORS[framework?.code ?? ''];
  if (known) return { status: known.status, body: { type: 'about:blank', ...known }, bug: false };
  if (error instanceof SyntaxError && framework?.statusCode === 400) {
    return { status: 400, body: { type: 'about:blank', title: 'The body is not JSON.', status: 400, code: 'invalid_json' }, bug: false };
  }
  const status = framework?.statusCode ?? 500;
  if (status >= 400 && status < 500) {
    return { status, body: { type: 'about:blank', title: 'The request cannot be read.', status, code: 'invalid_request' }, bug: false };
  }
  return { status: 500, body: { type: 'about:blank', title: 'Something went wrong on our side.', status: 500, code: 'internal' }, bug: true };
}

/** The only place where an error becomes an answer. */
export function createErrorHandler(logger: Logger) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    const { status, body, bug } = problemOf(error);
    if (bug) {
      const stack = error instanceof Error ? error.stack : undefined;
      logger.error({ requestId: request.id, route: request.routeOptions.url, reason: messageOf(error), stack }, 'A request failed by a bug.');
    } else if (status >= 500) {
      logger.warn({ requestId: request.id, route: request.routeOptions.url, code: body['code'] }, 'A request could not be served.');
    }
    if (reply.sent || reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    const retryAfter = error instanceof AppError ? error.extra['retryAfter'] : undefined;
    if (typeof retryAfter === 'number') void reply.header('retry-after', String(retryAfter));
    if (status === 401) void reply.header('www-authenticate', 'Bearer realm="scc"');
    void reply.code(status).header('content-type', 'application/problem+json; charset=utf-8').header('cache-control', 'no-store').send(JSON.stringify(body));
  };
}
