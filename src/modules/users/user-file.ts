import { MOST_IMPORTED_USERS, USER_COLUMNS, USER_HEADINGS, type ImportFault, type ImportLine, type UserColumn } from '../../../shared/api/user-imports.ts';
import { LOGIN_ID, userFields, type User } from '../../../shared/api/users.ts';
import { csvText, readCsv } from '../support/csv-read.ts';
import { unharmed } from '../support/table-file.ts';

/*
 * A file of users, read without looking at anything else: which columns there are, what stands in each line, and what of it can
 * never be right.
 */

/** What a line wants of a user; a column that the file does not have, or a cell that leaves it as it is, is undefined. */
export type WantedUser = Partial<Record<UserColumn, string>>;

export interface ReadLine {
  line: number;
  wanted: WantedUser;
  faults: ImportFault[];
}

export const fault = (column: UserColumn | null, kind: ImportFault['fault'], text = ''): ImportFault => ({ column, fault: kind, text: text.slice(0, 100) });

/** The same text in any width, case and spacing. */
export const folded = (text: string): string => text.normalize('NFKC').toLowerCase().replaceAll(/[\s_・()]/gu, '');

/** Other words for the columns, beside those of the template. */
const OTHER_WORDS: Readonly<Record<UserColumn, readonly string[]>> = {
  loginId: ['login', 'id', 'ユーザーid', 'ユーザid', 'user id'],
  name: ['名前', 'ユーザー名', 'full name'],
  nameKana: ['カナ', 'フリガナ', 'ふりがな', '氏名フリガナ', 'kana'],
  department: ['部署名', '所属'],
  email: ['メール', 'eメール', 'email', 'e-mail', 'mail'],
  employeeNumber: ['社員番号', 'employee no', 'employee id'],
  profile: ['権限', 'role'],
  status: ['ステータス', '有効'],
};

const COLUMN_OF: ReadonlyMap<string, UserColumn> = new Map(
  USER_COLUMNS.flatMap((column) => [column, USER_HEADINGS.ja[column], USER_HEADINGS.en[column], ...OTHER_WORDS[column]].map((word) => [folded(word), column] as const)),
);

const STATUSES: ReadonlyMap<string, User['status']> = new Map([
  ['有効', 'active'], ['active', 'active'], ['無効', 'disabled'], ['disabled', 'disabled'],
]);

/** The columns of the head. */
function readHead(cells: readonly string[]): { columns: UserColumn[]; faults: ImportFault[] } {
  const found = cells.map((cell) => COLUMN_OF.get(folded(cell)));
  const unknown = cells.filter((_, index) => found[index] === undefined).map((cell) => fault(null, 'unknownColumn', cell));
  const columns = found.filter((column) => column !== undefined);
  const twice = columns.filter((column, index) => columns.indexOf(column) !== index).map((column) => fault(column, 'twiceColumn'));
  const missing = columns.includes('loginId') ? [] : [fault('loginId', 'missingColumn')];
  return { columns, faults: [...unknown, ...twice, ...missing] };
}

/** What stands in a cell, as it is stored; undefined for an empty cell that leaves things as they are; null when it is wrong. */
function readCell(column: UserColumn, cell: string): string | undefined | null {
  const text = unharmed(cell);
  if (column === 'loginId') {
    const loginId = text.normalize('NFKC').toLowerCase();
    return LOGIN_ID.test(loginId) ? loginId : null;
  }
  if (text === '' && (column === 'status' || column === 'profile' || column === 'name')) return undefined;
  if (column === 'status') return STATUSES.get(folded(text)) ?? null;
  if (column === 'profile') return text;
  const parsed = userFields[column].safeParse(text);
  return parsed.success ? parsed.data : null;
}

function readLine(columns: readonly UserColumn[], { line, cells }: { line: number; cells: string[] }): ReadLine {
  // Spreadsheets leave empty cells at the end.
  if (cells.slice(columns.length).some((cell) => cell !== '')) return { line, wanted: {}, faults: [fault(null, 'cells', cells.join(','))] };
  const wanted: WantedUser = {};
  const faults: ImportFault[] = [];
  for (const [index, column] of columns.entries()) {
    const cell = cells[index] ?? '';
    const value = readCell(column, cell);
    if (value === null) faults.push(fault(column, column === 'status' ? 'status' : cell === '' ? 'required' : 'invalid', cell));
    else if (value !== undefined) wanted[column] = value;
  }
  return { line, wanted, faults };
}

/** Login IDs that stand in several lines. */
function markTwice(lines: readonly ReadLine[]): void {
  const first = new Map<string, number>();
  for (const { line, wanted, faults } of lines) {
    if (wanted.loginId === undefined) continue;
    const before = first.get(wanted.loginId);
    if (before === undefined) first.set(wanted.loginId, line);
    else faults.push(fault('loginId', 'twice', String(before)));
  }
}

/** The lines of a file of users, or what keeps it from being read. */
export function readUserFile(bytes: Uint8Array): { lines: ReadLine[]; faults: ImportFault[] } {
  const text = csvText(bytes);
  if (text === null) return { lines: [], faults: [fault(null, 'encoding')] };
  const [head, ...rows] = readCsv(text);
  if (!head || rows.length === 0) return { lines: [], faults: [fault(null, 'empty')] };
  if (rows.length > MOST_IMPORTED_USERS) return { lines: [], faults: [fault(null, 'tooMany', String(rows.length))] };
  const { columns, faults } = readHead(head.cells);
  if (faults.length > 0) return { lines: [], faults };
  const lines = rows.map((row) => readLine(columns, row));
  markTwice(lines);
  return { lines, faults: [] };
}

/** A line that cannot be taken, as people are shown it. */
export const faultyLine = ({ line, wanted }: ReadLine, faults: ImportFault[]): ImportLine => ({
  line, loginId: wanted.loginId ?? '', name: wanted.name ?? '', action: 'fault', changes: [], faults,
});
