/** Keys in INFO, as many phones send them: `application/dtmf-relay` (Signal=, Duration=) and `application/dtmf`. Pure. */
import { bodyText, headerOf, type SipRequest } from '../protocol/sip/message.ts';

/** What phones send when they say nothing about the length, ms. */
const USUAL_DURATION = 160;
const LONGEST_DURATION = 10_000;

/** Null = an INFO about something else without a body; `unsupported` = a body that we do not know. */
export function readInfoDigit(request: SipRequest): { digit: string; durationMs: number } | 'unsupported' | null {
  if (request.body.length === 0) return null;
  const type = (headerOf(request, 'content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  const text = bodyText(request);
  if (type === 'application/dtmf') return keyOf(text.trim(), USUAL_DURATION);
  if (type !== 'application/dtmf-relay') return 'unsupported';
  const fields = new Map(text.split(/\r?\n/).map((line) => fieldOf(line)));
  const duration = Number(fields.get('duration') ?? USUAL_DURATION);
  return keyOf(fields.get('signal') ?? '', duration > 0 && duration <= LONGEST_DURATION ? duration : USUAL_DURATION);
}

function fieldOf(line: string): [string, string] {
  const equals = line.indexOf('=');
  return equals < 0 ? [line, ''] : [line.slice(0, equals).trim().toLowerCase(), line.slice(equals + 1).trim()];
}

function keyOf(text: string, durationMs: number): { digit: string; durationMs: number } | 'unsupported' {
  if (/^[0-9*#A-Da-d]$/.test(text)) return { digit: text.toUpperCase(), durationMs };
  if (text === '10') return { digit: '*', durationMs };
  return text === '11' ? { digit: '#', durationMs } : 'unsupported';
}
