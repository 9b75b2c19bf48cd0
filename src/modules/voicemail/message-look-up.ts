import type { TenantTx, WithTenant } from '../../db/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import type { DomainEmitter } from '../support/domain-events.ts';
import type { OpenMessages } from './open-messages.ts';
import { openOwnMessage, type RecordingSource } from './own-message.ts';
import { boxOfTelephone, deleteByTelephone, openBoxByPin, playByTelephone } from './telephone.ts';

/** What a flow asks about messages, and what it is told; the shapes of `src/ivr`. */
export type MessageQuery =
  | { kind: 'ownMessage'; recording: string }
  | { kind: 'mailboxOf'; telephone: string }
  | { kind: 'openMailbox'; number: string; pin: string }
  | { kind: 'mailboxMessage'; box: string; recording: string; action: 'play' | 'delete' };
export type MessageResult =
  | { kind: 'ownMessage'; found: boolean }
  | { kind: 'mailboxOf'; number: string | null }
  | { kind: 'openMailbox'; outcome: 'open'; box: string; messages: { id: string; at: number }[] }
  | { kind: 'openMailbox'; outcome: 'refused' }
  | { kind: 'openMailbox'; outcome: 'locked' }
  | { kind: 'openMailbox'; outcome: 'failed' }
  | { kind: 'mailboxMessage'; done: boolean; failed?: true };

export interface MessageLookUpDeps {
  withTenant: WithTenant;
  clock: Clock;
  logger: Logger;
  events: DomainEmitter;
  /** Where a message that was opened is found by whoever plays it. */
  messages: OpenMessages;
  /** Absolute path of what is stored. */
  storePath: (path: string) => string;
}

/** The sound has the name that `src/ivr` gives it. */
function makePlayable({ messages, storePath }: MessageLookUpDeps, recording: string, source: RecordingSource | null): boolean {
  if (source) messages.open(`voicemail/${recording}`, { path: storePath(source.objectPath), key: source.key, associatedData: source.associatedData });
  return source !== null;
}

async function answer(deps: MessageLookUpDeps, tx: TenantTx, query: MessageQuery, callId: string): Promise<MessageResult> {
  const now = new Date(deps.clock.wall());
  switch (query.kind) {
    case 'ownMessage':
      return { kind: 'ownMessage', found: makePlayable(deps, query.recording, await openOwnMessage(tx, query.recording, callId)) };
    case 'mailboxOf':
      return { kind: 'mailboxOf', number: await boxOfTelephone(tx, query.telephone) };
    case 'openMailbox':
      return { kind: 'openMailbox', ...(await openBoxByPin(tx, query, now, callId)) };
    case 'mailboxMessage': {
      const { box, recording, action } = query;
      const done = action === 'delete' ? await deleteByTelephone(tx, box, recording, now, callId) : makePlayable(deps, recording, await playByTelephone(tx, box, recording, callId));
      return { kind: 'mailboxMessage', done };
    }
  }
}

/** What a flow goes on with when the database does not answer. */
function failure(kind: MessageQuery['kind']): MessageResult {
  switch (kind) {
    case 'ownMessage':
      return { kind, found: false };
    case 'mailboxOf':
      return { kind, number: null };
    case 'openMailbox':
      return { kind, outcome: 'failed' };
    case 'mailboxMessage':
      return { kind, done: false, failed: true };
  }
}

/** Answers what a flow asks about messages, acting as the caller. Never throws: what goes wrong is a result. */
export async function lookUpMessage(deps: MessageLookUpDeps, tenantId: string, query: MessageQuery, callId: string): Promise<MessageResult> {
  try {
    const result = await deps.withTenant(tenantId, { kind: 'caller', id: callId, ip: '' }, (tx) => answer(deps, tx, query, callId));
    if (result.kind === 'mailboxMessage' && result.done) deps.events.emit('voicemailsChanged', { tenantId });
    return result;
  } catch (error) {
    deps.logger.warn({ asked: query.kind, error: messageOf(error) }, 'a flow could not look a message up');
    return failure(query.kind);
  }
}
