import { useLingui } from '@lingui/react/macro';
import type { CallerMatch, CallView } from '../../../../shared/events.ts';
import { formatPhone } from '../../lib/format.ts';

type Who = Pick<CallView, 'callerNumber' | 'callerName' | 'withheldReason' | 'channel' | 'direction' | 'dialledNumber'>;

/** How the other side of a call is called on screen: number, reason for its absence, or the web page. */
export function useCallerText(): (call: Who) => string {
  const { t } = useLingui();
  return (call) => {
    if (call.direction === 'outbound') return formatPhone(call.dialledNumber);
    if (call.callerNumber !== '') return formatPhone(call.callerNumber);
    if (call.withheldReason === 'anonymous') return t`Withheld number`;
    if (call.withheldReason === 'payphone') return t`Pay phone`;
    if (call.withheldReason === 'unavailable') return t`Out of area`;
    return call.channel === 'web' ? t`Web call` : t`Number unknown`;
  };
}

/** The name to head a call with: the one customer who fits, else what the caller gave. */
export const callerName = (call: Pick<CallView, 'callerName'>, matches: readonly CallerMatch[]): string =>
  matches.length === 1 ? (matches[0]?.name ?? '') : call.callerName;
