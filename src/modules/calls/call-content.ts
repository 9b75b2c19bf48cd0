/**
 * Sealed part of a call's record (`calls.sealed`). Written when the call begins and when it ends by the live side; `note` and
 * `callerName` may be written by the agent at any time between, so whoever ends a call reads the row (locked) before writing.
 */
export interface CallContent {
  /** For people: 03-1234-0001; empty when withheld. */
  callerNumber: string;
  callerName: string;
  withheldReason: 'anonymous' | 'unavailable' | 'payphone' | null;
  dialledNumber: string;
  /** The notes of those who wrapped the call up. */
  note: string;
  /** Id of who saved a wrap-up last. */
  wrappedUpBy?: string;
}

export const EMPTY_CALL_CONTENT: CallContent = { callerNumber: '', callerName: '', withheldReason: null, dialledNumber: '', note: '' };

/** Where the detail of a call's step is sealed (`call_events.sealed`). */
export const callEventPlace = (callId: string, seq: number) => ({ table: 'call_events', column: 'sealed', id: `${callId}:${seq}` });
