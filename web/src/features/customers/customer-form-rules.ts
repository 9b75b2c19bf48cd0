/** The customer form as typed. Phones and emails are one per row; empty rows are allowed while editing. */
export interface CustomerDraft {
  familyName: string;
  givenName: string;
  familyNameKana: string;
  givenNameKana: string;
  phones: string[];
  emails: string[];
  companyId: string | null;
  ownerId: string | null;
  note: string;
  labels: string[];
}

export const emptyCustomer: CustomerDraft = {
  familyName: '',
  givenName: '',
  familyNameKana: '',
  givenNameKana: '',
  phones: [''],
  emails: [''],
  companyId: null,
  ownerId: null,
  note: '',
  labels: [],
};

/** What is wrong, by field (`phones.0` for a row); the words are the screen's. */
export type CustomerProblem = 'nameMissing' | 'notKana' | 'notPhone' | 'notEmail' | 'tooLong' | 'duplicate';

const NAME_MAX = 100;
const NOTE_MAX = 10_000;
const LABEL_MAX = 50;

/**
 * Checks as a helper and not as a judge: the server decides. Kana may be hiragana, katakana or half-width, since the server
 * folds them; a number may be in any form that has 3 to 15 digits, in any width.
 */
export function customerProblems(draft: CustomerDraft): Record<string, CustomerProblem> {
  const problems: Record<string, CustomerProblem> = {};
  if (draft.familyName.trim() === '' && draft.givenName.trim() === '') problems.familyName = 'nameMissing';
  for (const field of ['familyName', 'givenName', 'familyNameKana', 'givenNameKana'] as const) {
    if (draft[field].length > NAME_MAX) problems[field] = 'tooLong';
  }
  for (const field of ['familyNameKana', 'givenNameKana'] as const) {
    if (!isKana(draft[field])) problems[field] = 'notKana';
  }
  if (draft.note.length > NOTE_MAX) problems.note = 'tooLong';
  if (draft.labels.some((label) => label.trim().length > LABEL_MAX)) problems.labels = 'tooLong';
  checkRows(draft.phones, 'phones', isPhone, 'notPhone', phoneDigits, problems);
  checkRows(draft.emails, 'emails', isEmail, 'notEmail', (email) => email.trim().toLowerCase(), problems);
  return problems;
}

function checkRows(
  rows: readonly string[],
  field: 'phones' | 'emails',
  valid: (row: string) => boolean,
  problem: CustomerProblem,
  same: (row: string) => string,
  problems: Record<string, CustomerProblem>,
): void {
  const seen = new Set<string>();
  rows.forEach((row, index) => {
    if (row.trim() === '') return;
    const key = same(row);
    if (!valid(row)) problems[`${field}.${index}`] = problem;
    else if (seen.has(key)) problems[`${field}.${index}`] = 'duplicate';
    seen.add(key);
  });
}

const isKana = (text: string): boolean => /^[\p{Script=Hiragana}\p{Script=Katakana}ー゛゜\u3099\u309a・\sー]*$/u.test(text.normalize('NFKC').trim());

/** Digits of a number in any width, a leading + kept. */
export function phoneDigits(text: string): string {
  const plain = text.normalize('NFKC').trim();
  return (plain.startsWith('+') ? '+' : '') + plain.replace(/\D/gu, '');
}

function isPhone(text: string): boolean {
  const plain = text.normalize('NFKC').trim();
  const digits = phoneDigits(plain).replace('+', '');
  return /^[+\d][\d\s()\-‐‑–—―−ー.]*$|^\(\d[\d\s()\-‐‑–—―−ー.]*$/u.test(plain) && digits.length >= 3 && digits.length <= 15;
}

const isEmail = (text: string): boolean => /^[^\s@]+@[^\s@]+\.[^\s@]+$/u.test(text.normalize('NFKC').trim());

/** The draft as it is sent: outer blanks and empty rows gone. */
export function toSend(draft: CustomerDraft): CustomerDraft {
  const rows = (list: readonly string[]): string[] => list.map((row) => row.trim()).filter((row) => row !== '');
  return {
    ...draft,
    familyName: draft.familyName.trim(),
    givenName: draft.givenName.trim(),
    familyNameKana: draft.familyNameKana.trim(),
    givenNameKana: draft.givenNameKana.trim(),
    phones: rows(draft.phones),
    emails: rows(draft.emails),
    labels: rows(draft.labels),
  };
}

/** The fields that differ from what is stored, as they are sent; nobody else's change of another field is overwritten. */
export function changes(stored: CustomerDraft, draft: CustomerDraft): Partial<CustomerDraft> {
  const before = toSend(stored);
  const after = toSend(draft);
  const keys = Object.keys(before) as (keyof CustomerDraft)[];
  const changed = keys.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]));
  return Object.fromEntries(changed.map((key) => [key, after[key]]));
}
