import type { WithTenant } from '../../db/types.ts';
import { AppError, messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { askOutside, type OutsideWorld } from '../../lib/outside-request.ts';
import type { OpenMessages } from '../voicemail/open-messages.ts';
import { openOwnMessage } from '../voicemail/own-message.ts';
import { customersOfNumber } from '../customers/caller-match.ts';

/** What a flow asks, and what it is told; the shapes of `src/ivr`. */
type Query =
  | { kind: 'customer'; number: string }
  | { kind: 'ownMessage'; recording: string }
  | { kind: 'http'; method: 'GET' | 'POST'; url: string; body: string | null; timeoutMs: number };
type Result =
  | { kind: 'customer'; customers: { id: string; labels: string[] }[] }
  | { kind: 'ownMessage'; found: boolean }
  | { kind: 'http'; outcome: 'ok'; answer: unknown }
  | { kind: 'http'; outcome: 'failed' | 'timeout'; reason: string };

export interface LookUpDeps {
  withTenant: WithTenant;
  logger: Logger;
  /** Where a message that was opened is found by whoever plays it. */
  messages: OpenMessages;
  /** Absolute path of what is stored. */
  storePath: (path: string) => string;
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
      case 'ownMessage':
        return ownMessage(deps, tenantId, query.recording, callId);
      case 'http':
        return ask(deps, query);
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

/** The sound has the name that `src/ivr` gives it. */
export const soundOfMessage = (recording: string): string => `voicemail/${recording}`;

async function ownMessage({ withTenant, logger, messages, storePath }: LookUpDeps, tenantId: string, recording: string, callId: string): Promise<Result> {
  try {
    const source = await withTenant(tenantId, { kind: 'caller', id: callId, ip: '' }, (tx) => openOwnMessage(tx, recording, callId));
    if (source) messages.open(soundOfMessage(recording), { path: storePath(source.objectPath), key: source.key, associatedData: source.associatedData });
    return { kind: 'ownMessage', found: source !== null };
  } catch (error) {
    logger.warn({ recording, error: messageOf(error) }, 'a caller could not hear the message they left');
    return { kind: 'ownMessage', found: false };
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
