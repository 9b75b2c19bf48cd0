/** What a check of the doctor found: good; worth knowing; stands in the way. */
export interface Finding {
  verdict: 'ok' | 'note' | 'fault';
  subject: string;
  text: string;
}

export const ok = (subject: string, text: string): Finding => ({ verdict: 'ok', subject, text });
export const note = (subject: string, text: string): Finding => ({ verdict: 'note', subject, text });
export const fault = (subject: string, text: string): Finding => ({ verdict: 'fault', subject, text });
