import { AppError, messageOf } from '../../lib/errors.ts';
import { askOutside, type OutsideWorld } from '../../lib/outside-request.ts';
import { lookUpMessage, type MessageLookUpDeps, type MessageQuery, type MessageResult } from '../voicemail/message-look-up.ts';
import { customersOfNumber } from '../customers/caller-match.ts';

/** What a flow asks, and what it is told; the shapes of `src/ivr`. */
type Query =
  | { kind: 'customer'; number: string }
  | MessageQuery
  | { kind: 'http'; method: 'GET' | 'POST'; url: string; body: string | null; timeoutMs: number };
type Result =
  | { kind: 'customer'; customers: { id: string; labels: string[] }[] }
  | MessageResult
  | { kind: 'http'; outcome: 'ok'; answer: unknown }
  | { kind: 'http'; outcome: 'failed' | 'timeout'; reason: string };

export interface LookUpDeps extends MessageLookUpDeps {
  /** Only in tests: what stands for the internet. */
  world?: OutsideWorld;
}

/** Answers the look-ups of a tenant's flows. Never throws: what goes wrong is a result. */
export const lookUpPort =
  (deps: LookUpDeps, tenantId: string) =>
  (query: Query, callId: string): Promise<Result> => {
    switch (query.kind) {
      case 'customer':
        return customers(deps, tenantId, query.number);
      case 'http':
        return ask(deps, query);
      default:
        return lookUpMessage(deps, tenantId, query, callId);
    }
  };

async function customers({ withTenant, logger }: LookUpDeps, tenantId: string, number: string): Promise<Result> {
  try {
    const found = await withTenant(tenantId, { kind: 'system', id: 'flows', ip: '' }, (tx) => customersOfNumber(tx, number));
    return { kind: 'customer', customers: found };
  } catch (error) {
    logger.warn({ error: messageOf(error) }, 'a flow could not look a customer up');
    return { kind: 'customer', customers: [] };
  }
}

async function ask({ logger, world }: LookUpDeps, { method, url, body, timeoutMs }: Extract<Query, { kind: 'http' }>): Promise<Result> {
  try {
    const answer = await askOutside({ method, url, body, timeoutMs }, world);
    if (answer.status < 200 || answer.status > 299) return { kind: 'http', outcome: 'failed', reason: `status ${answer.status}` };
    return { kind: 'http', outcome: 'ok', answer: answer.text === '' ? null : JSON.parse(answer.text) };
  } catch (error) {
    const code = error instanceof AppError ? error.code : 'no_json';
    logger.info({ host: URL.parse(url)?.host ?? '', code }, 'a look-up of a flow failed');
    return code === 'timeout' ? { kind: 'http', outcome: 'timeout', reason: '' } : { kind: 'http', outcome: 'failed', reason: code };
  }
}
