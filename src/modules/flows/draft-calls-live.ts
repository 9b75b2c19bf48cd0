import type { Flow } from '../../../shared/flow/nodes.ts';
import { conflict } from '../../lib/errors.ts';

/** A draft that is to be called. */
export interface DraftOrder {
  userId: string;
  ip: string;
  flowId: string;
  code: string;
  /** Its texts are spoken already. */
  flow: Flow;
  /** Null = withheld. */
  callerNumber: string | null;
  withheldReason: 'anonymous' | 'unavailable' | 'payphone' | null;
  /** Transfers to numbers and telephones are really called. */
  callsOut: boolean;
}

/** The live side of calls to drafts. */
export interface DraftCallsLive {
  /** @throws AppError `draft_call_running`, `too_many_calls`, `not_serving` */
  admit(tenantId: string, userId: string): void;
  /** @returns a ticket that opens the call once, within a minute. @throws AppError as `admit` */
  order(tenantId: string, order: DraftOrder): string;
}

/** When no calls run beside the web side. */
export const NO_DRAFT_CALLS: DraftCallsLive = {
  admit() {
    throw conflict('not_serving', 'No calls run here.');
  },
  order() {
    throw conflict('not_serving', 'No calls run here.');
  },
};
