import type { Case } from '../../../../shared/api/cases.ts';

/** The case form as typed. */
export interface CaseDraft {
  subject: string;
  description: string;
  status: Case['status'];
  priority: Case['priority'];
}

export const emptyCase: CaseDraft = { subject: '', description: '', status: 'open', priority: 'normal' };

export const caseDraftOf = (stored: Case): CaseDraft => ({
  subject: stored.subject,
  description: stored.description,
  status: stored.status,
  priority: stored.priority,
});

/** The fields that differ from what is stored. */
export function caseChanges(stored: CaseDraft, draft: CaseDraft): Partial<CaseDraft> {
  const trimmed = { ...draft, subject: draft.subject.trim(), description: draft.description.trim() };
  const keys = Object.keys(trimmed) as (keyof CaseDraft)[];
  return Object.fromEntries(keys.filter((key) => trimmed[key] !== stored[key]).map((key) => [key, trimmed[key]]));
}

const STATUS_ORDER: readonly Case['status'][] = ['open', 'pending', 'closed'];
const PRIORITY_ORDER: readonly Case['priority'][] = ['high', 'normal', 'low'];

/** What still needs work first, the urgent before the rest, then the newest. */
export const sortCases = (cases: readonly Case[]): Case[] =>
  [...cases].sort(
    (a, b) =>
      STATUS_ORDER.indexOf(a.status) - STATUS_ORDER.indexOf(b.status) ||
      PRIORITY_ORDER.indexOf(a.priority) - PRIORITY_ORDER.indexOf(b.priority) ||
      b.number - a.number,
  );
