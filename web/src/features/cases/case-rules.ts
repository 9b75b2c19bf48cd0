import type { Case } from '../../../../shared/api/cases.ts';

/** The case form as typed. */
export interface CaseDraft {
  subject: string;
  description: string;
  status: Case['status'];
  priority: Case['priority'];
  /** null = nobody's. */
  ownerId: Case['ownerId'];
}

/** A new case belongs to who opens it. */
export const emptyCase = (ownerId: string | null): CaseDraft => ({ subject: '', description: '', status: 'open', priority: 'normal', ownerId });

export const caseDraftOf = (stored: Case): CaseDraft => ({
  subject: stored.subject,
  description: stored.description,
  status: stored.status,
  priority: stored.priority,
  ownerId: stored.ownerId,
});

/** The fields that differ from what is stored. */
export function caseChanges(stored: CaseDraft, draft: CaseDraft): Partial<CaseDraft> {
  const trimmed = { ...draft, subject: draft.subject.trim(), description: draft.description.trim() };
  const keys = Object.keys(trimmed) as (keyof CaseDraft)[];
  return Object.fromEntries(keys.filter((key) => trimmed[key] !== stored[key]).map((key) => [key, trimmed[key]]));
}

/** What a new case is created with; it is open. */
export const newCaseOf = ({ subject, description, priority, ownerId }: CaseDraft) => ({
  subject: subject.trim(),
  description: description.trim(),
  priority,
  ownerId,
});

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
