/** Session timers (RFC 4028): what was agreed, and when to act. Pure. */
import { parseSessionExpires } from '../protocol/sip/extensions.ts';
import type { Header } from '../protocol/sip/header.ts';
import { listOf } from '../protocol/sip/list-header.ts';
import { headerOf, type SipMessage, type SipRequest, type SipResponse } from '../protocol/sip/message.ts';
import { SipParseError } from '../protocol/sip/parse-error.ts';
import { header } from './build.ts';

export interface SessionTimer {
  /** s */
  seconds: number;
  refresher: 'us' | 'them';
}

export interface SessionTimerSettings {
  /** What we ask for, s. */
  expires: number;
  /** Shorter sessions are refused with 422, s; 90 at least by the RFC. */
  minimum: number;
}

export const DEFAULT_SESSION_TIMER: SessionTimerSettings = { expires: 1800, minimum: 90 };

/** Without an answer, how long before the end the refresher tries again, and the other side gives up, s (section 10). */
const MARGIN = 32;

/** Bad = malformed: treated as not there. */
function sessionExpires(message: SipMessage): ReturnType<typeof parseSessionExpires> | null {
  const value = headerOf(message, 'session-expires');
  if (value === null) return null;
  try {
    return parseSessionExpires(value);
  } catch (error) {
    if (error instanceof SipParseError) return null;
    throw error;
  }
}

const supportsTimer = (message: SipMessage): boolean =>
  [...listOf(message, 'supported'), ...listOf(message, 'require')].some((tag) => tag.toLowerCase() === 'timer');

/** What a request of the peer asks for (section 9): 422, a timer, or none. */
export function timerOfRequest(request: SipRequest, { minimum }: SessionTimerSettings): SessionTimer | 'too small' | null {
  const asked = sessionExpires(request);
  if (!asked) return null;
  const canTime = supportsTimer(request);
  if (asked.seconds < minimum && canTime) return 'too small';
  // A peer without timers (a proxy put the header in) cannot refresh.
  const refresher = canTime && asked.refresher !== 'uas' ? 'them' : 'us';
  return { seconds: Math.max(asked.seconds, minimum), refresher };
}

/** What a 2xx to a request of ours agrees to (section 7.2). */
export function timerOfResponse(response: SipResponse): SessionTimer | null {
  const agreed = sessionExpires(response);
  return agreed && { seconds: agreed.seconds, refresher: agreed.refresher === 'uas' ? 'them' : 'us' };
}

/** For our 2xx. */
export function timerAnswer(timer: SessionTimer | null): Header[] {
  if (!timer) return [];
  const expires = header('Session-Expires', `${timer.seconds};refresher=${timer.refresher === 'us' ? 'uas' : 'uac'}`);
  return timer.refresher === 'us' ? [expires] : [header('Require', 'timer'), expires];
}

/** For our requests. @param timer null = the first one: who refreshes is left to the peer */
export function timerOffer(timer: SessionTimer | null, settings: SessionTimerSettings): Header[] {
  const seconds = timer?.seconds ?? settings.expires;
  const refresher = timer === null ? '' : `;refresher=${timer.refresher === 'us' ? 'uac' : 'uas'}`;
  return [header('Session-Expires', `${seconds}${refresher}`), header('Min-SE', `${settings.minimum}`)];
}

/** The least that a 422 lets us ask for, s; null = it does not say. */
export function minimumOf(response: SipResponse): number | null {
  const value = headerOf(response, 'min-se');
  try {
    return value === null ? null : parseSessionExpires(value).seconds;
  } catch (error) {
    if (error instanceof SipParseError) return null;
    throw error;
  }
}

/** ms from the last refresh until we refresh, or give the session up (section 10). */
export const timerDelay = ({ seconds, refresher }: SessionTimer): number =>
  1000 * (refresher === 'us' ? seconds / 2 : seconds - Math.min(MARGIN, seconds / 3));

/** Reads a timer back from the journal. */
export function restoreTimer(data: unknown): SessionTimer | null {
  if (typeof data !== 'object' || data === null) return null;
  const { seconds, refresher } = data as Partial<SessionTimer>;
  const isWhole = Number.isInteger(seconds) && (seconds ?? 0) > 0 && (refresher === 'us' || refresher === 'them');
  return isWhole ? (data as SessionTimer) : null;
}
