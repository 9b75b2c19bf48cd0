import { Emitter } from '../../lib/emitter.ts';

/** What modules tell the live parts of the product, after the change is committed. */
export interface DomainEvents {
  /** Sessions that no longer count; their WebSockets must be closed. */
  sessionsEnded: { tenantId: string; sessionIds: readonly string[]; reason: 'logout' | 'revoked' | 'expired' };
  /** These users may do more or less than before; what they have open asks again. */
  accessChanged: { tenantId: string; userIds: readonly string[] };
  /** Settings that the telephony side holds in memory have changed. */
  configChanged: { tenantId: string; area: 'queues' | 'users' | 'prompts' | 'settings' | 'devices' | 'numbers' | 'trunks' | 'flows' | 'voicemail' };
  /** The result of a call is saved. */
  callWrappedUp: { tenantId: string; callId: string; userId: string };
  /** A link for screens has ended; screens that show it must go dark. */
  wallLinkRevoked: { tenantId: string; linkId: string };
  /** An agent has an evaluation to read: a new one, or the answer to an appeal. */
  evaluationTold: { tenantId: string; userId: string; what: 'published' | 'answered' };
  /** A message was heard for the first time, deleted, or taken back. */
  voicemailsChanged: { tenantId: string };
  /** The provider asked to see the tenant, or sees it, or no longer. */
  providerAccessChanged: { tenantId: string };
}

export type DomainEmitter = Emitter<DomainEvents>;

/** @param onError receives what a listener threw */
export const createDomainEvents = (onError: (error: unknown, event: PropertyKey) => void): DomainEmitter => new Emitter<DomainEvents>(onError);
