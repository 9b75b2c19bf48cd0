import type { HelpRequest } from '../../../../shared/events.ts';
import type { SoftphoneSnapshot } from '../../softphone/state.ts';
import { noteOfCall } from './drafts.ts';

/** The own raised hand; null when it is down. */
export const handOf = ({ help }: Pick<SoftphoneSnapshot, 'help'>): HelpRequest | null => help.find(({ kind }) => kind === 'hand') ?? null;

/** What supervisors read with a request: what is written about the call so far. */
export const noteOf = ({ call }: Pick<SoftphoneSnapshot, 'call'>): string => (call ? noteOfCall(call.view.callId).slice(-2000) : '');
