import type { NewShift, ShiftImport } from '../../../shared/api/shifts.ts';
import { minuteText, readMinute, readSpans, shiftFault, spansText } from '../../../shared/staffing-times.ts';
import type { TenantTx } from '../../db/types.ts';
import { readCsv } from '../support/csv-read.ts';
import { userNames } from '../support/references.ts';
import type { TableFile } from '../support/table-file.ts';
import { firstOverlap, changeShifts } from './shifts.service.ts';
import { loginsOf, neighbours, shiftsOf, usersByLogin, type ShiftRow } from './shifts.queries.ts';

type Fault = ShiftImport['faults'][number];

const HEADS = {
  ja: ['ログインID', '氏名', '日付', '開始', '終了', '休憩'],
  en: ['Login ID', 'Name', 'Day', 'Start', 'End', 'Breaks'],
} as const;

/** More faults than this are not told. */
const MOST_FAULTS = 100;

/** Shifts as a table that `importShifts` reads. */
export async function shiftFile(tx: TenantTx, fromDay: string, toDay: string, lang: 'ja' | 'en'): Promise<TableFile> {
  const rows = await shiftsOf(tx, fromDay, toDay);
  const ids = [...new Set(rows.map((row) => row.user_id))];
  const [names, logins] = [await userNames(tx, ids), await loginsOf(tx, ids)];
  return {
    name: `${lang === 'ja' ? 'シフト表' : 'Shifts'}_${fromDay}`,
    preface: [],
    head: HEADS[lang],
    rows: rows.map((row) => [logins.get(row.user_id) ?? '', names.get(row.user_id) ?? '', row.day, minuteText(row.start_minute), minuteText(row.end_minute), spansText(row.breaks)]),
  };
}

/** `2026-11-02`, `2026/11/2`; null for what is no day. */
function readDay(text: string): string | null {
  const [, year, month = '', date = ''] = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})$/.exec(text) ?? [];
  if (year === undefined) return null;
  const day = `${year}-${month.padStart(2, '0')}-${date.padStart(2, '0')}`;
  const at = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== day ? null : day;
}

interface ReadLine {
  line: number;
  login: string;
  shift: NewShift;
}

/** One line as a shift without its user, or what is wrong with it. */
function readLine({ line, cells }: { line: number; cells: string[] }): ReadLine | Fault {
  const [login = '', , dayText = '', startText = '', endText = '', breaksText = ''] = cells;
  const fault = (kind: Fault['fault'], text: string): Fault => ({ line, fault: kind, text: text.slice(0, 100) });
  if (cells.length < 5 || cells.length > 6) return fault('columns', cells.join(','));
  const [day, startMinute, endMinute, breaks] = [readDay(dayText), readMinute(startText), readMinute(endText), readSpans(breaksText)];
  if (day === null) return fault('day', dayText);
  if (startMinute === null) return fault('start', startText);
  if (endMinute === null) return fault('end', endText);
  if (breaks === null) return fault('breaks', breaksText);
  const wrong = shiftFault({ startMinute, endMinute, breaks });
  return wrong === null ? { line, login, shift: { userId: '', day, startMinute, endMinute, breaks } } : fault(wrong, `${startText} ${endText} ${breaksText}`);
}

const isFault = (read: ReadLine | Fault): read is Fault => 'fault' in read;

/** Lines whose shift overlaps another of the file. */
function overlaps(lines: readonly ReadLine[]): Fault[] {
  const rows = lines.map(({ line, shift }): ShiftRow => ({ id: String(line), user_id: shift.userId, day: shift.day, start_minute: shift.startMinute, end_minute: shift.endMinute, breaks: [] }));
  const found = firstOverlap(rows);
  return found === null ? [] : [{ line: Number(found.id), fault: 'overlap', text: `${found.day} ${minuteText(found.start_minute)}` }];
}

/** Whether the first line names the columns. */
const isHead = (cells: readonly string[]): boolean => Object.values(HEADS).some(([first]) => cells[0] === first);

/** Takes shifts from CSV: an agent's days that are in the file are replaced. With a fault, or as a dry run, nothing is changed. */
export async function importShifts(tx: TenantTx, { csv, dryRun }: { csv: string; dryRun: boolean }): Promise<ShiftImport> {
  const given = readCsv(csv);
  const read = (isHead(given[0]?.cells ?? []) ? given.slice(1) : given).map(readLine);
  const lines = read.filter((each): each is ReadLine => !isFault(each));
  const users = await usersByLogin(tx, [...new Set(lines.map(({ login }) => login))]);
  const strangers = lines.flatMap(({ line, login }): Fault[] => (users.has(login) ? [] : [{ line, fault: 'user', text: login.slice(0, 100) }]));
  const known = lines.filter(({ login }) => users.has(login)).map((each) => ({ ...each, shift: { ...each.shift, userId: users.get(each.login) ?? '' } }));
  const faults = [...read.filter(isFault), ...strangers, ...overlaps(known)].toSorted((a, b) => a.line - b.line).slice(0, MOST_FAULTS);
  const replaced = await presentOn(tx, known.map(({ shift }) => shift));
  const answer = { faults, adds: known.length, removes: replaced.length, change: null };
  if (dryRun || faults.length > 0) return answer;
  return { ...answer, change: await changeShifts(tx, { remove: replaced, add: known.map(({ shift }) => shift) }, 'import') };
}

/** Ids of the shifts that agents have on the days on which they get others. */
async function presentOn(tx: TenantTx, shifts: readonly NewShift[]): Promise<string[]> {
  const days = shifts.map(({ day }) => day).toSorted();
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return [];
  const wanted = new Set(shifts.map(({ userId, day }) => `${userId} ${day}`));
  return (await neighbours(tx, [...new Set(shifts.map(({ userId }) => userId))], first, last)).filter(({ user_id, day }) => wanted.has(`${user_id} ${day}`)).map(({ id }) => id);
}
