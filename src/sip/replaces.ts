/** Which leg a Replaces names, and whether it may be replaced (RFC 3891 section 3). Pure. */
import { parseReplaces, type ReplacesValue } from '../protocol/sip/extensions.ts';
import { headersOf, type SipRequest } from '../protocol/sip/message.ts';
import { SipParseError } from '../protocol/sip/parse-error.ts';
import type { Leg } from './leg.ts';

type ReplacesVerdict = { legId: string; earlyOnly: boolean } | { status: 400 | 481 | 486 | 603 };

/** Null = no Replaces. @param find the leg that has this tag of ours */
export function judgeReplaces(request: SipRequest, find: (localTag: string) => Leg | undefined): ReplacesVerdict | null {
  const values = headersOf(request, 'replaces');
  const [value] = values;
  if (value === undefined) return null;
  const wanted = values.length === 1 ? readReplaces(value) : null;
  if (!wanted) return { status: 400 };
  const leg = find(wanted.toTag);
  const dialog = leg?.dialogFor(wanted.fromTag);
  // An early dialog that its peer started cannot be replaced by a third (section 3).
  if (!leg || !dialog || dialog.callId !== wanted.callId || dialog.state === 'theirs') return { status: 481 };
  if (dialog.state === 'ending') return { status: 603 };
  if (dialog.state === 'confirmed' && wanted.earlyOnly) return { status: 486 };
  return { legId: leg.legId, earlyOnly: wanted.earlyOnly };
}

/** The leg of a Replaces inside a REFER; null = none of ours, or one that cannot be replaced any more. */
export function legOfReplaces(value: string, find: (localTag: string) => Leg | undefined): string | null {
  const wanted = readReplaces(value);
  const leg = wanted && find(wanted.toTag);
  const dialog = leg?.dialogFor(wanted?.fromTag ?? '');
  if (!leg || !dialog || dialog.callId !== wanted?.callId || dialog.state === 'ending') return null;
  return leg.legId;
}

/** An established leg of ours, as its peer has to be told to replace it. */
export function replacesOf(leg: Leg | undefined): ReplacesValue | null {
  const dialog = leg?.established?.dialog;
  return dialog ? { callId: dialog.callId, toTag: dialog.remoteTag, fromTag: dialog.localTag, earlyOnly: false } : null;
}

function readReplaces(value: string): ReplacesValue | null {
  try {
    return parseReplaces(value);
  } catch (error) {
    if (error instanceof SipParseError) return null;
    throw error;
  }
}
