import { stringify } from 'csv-stringify/sync';
import type { TenantTx } from '../../db/types.ts';
import { companyNames } from '../companies/company-names.ts';
import { customerNames, queueNames, userNames } from '../support/references.ts';
import { harmless } from '../support/table-file.ts';
import { isDamage } from './export-damage.ts';
import type { ExportRow } from './export-rows.ts';

/** A record with its opened fields, read back from what the lines hold. */
type Fields = Record<string, unknown> & { content: Record<string, unknown> };

/** Names that stand beside ids, of a batch. */
interface Names {
  customer: Map<string, string>;
  company: Map<string, string>;
  user: Map<string, string>;
  queue: Map<string, string>;
}

type Cell = (row: Fields, names: Names) => unknown;

const plain = (column: string): Cell => (row) => row[column];
const field = (name: string): Cell => ({ content }) => content[name];
const nameOf = (kind: keyof Names, column: string): Cell => (row, names) => names[kind].get(String(row[column])) ?? '';

const MADE: Record<string, Cell> = { 作成日時: plain('created_at'), 作成者: plain('created_by'), 更新日時: plain('updated_at'), 更新者: plain('updated_by') };

/** The records that people want to open in a spreadsheet, with the heads of their columns. */
const SHEETS: Readonly<Record<string, Readonly<Record<string, Cell>>>> = {
  customers: {
    ID: plain('id'), 姓: field('familyName'), 名: field('givenName'), セイ: field('familyNameKana'), メイ: field('givenNameKana'), 電話番号: field('phones'), メール: field('emails'),
    会社: nameOf('company', 'company_id'), 会社ID: plain('company_id'), 担当者: nameOf('user', 'owner_id'), メモ: field('note'), ラベル: field('labels'), カスタム項目: field('custom'), ...MADE,
  },
  companies: {
    ID: plain('id'), 会社名: field('name'), 会社名カナ: field('nameKana'), 電話番号: field('phones'), 住所: field('address'), 担当者: nameOf('user', 'owner_id'), メモ: field('note'), ...MADE,
  },
  cases: {
    ID: plain('id'), 番号: plain('number'), 件名: field('subject'), 内容: field('description'), 状態: plain('status'), 優先度: plain('priority'), 顧客: nameOf('customer', 'customer_id'),
    顧客ID: plain('customer_id'), 担当者: nameOf('user', 'owner_id'), 完了日時: plain('closed_at'), ...MADE,
  },
  activities: {
    ID: plain('id'), 日時: plain('occurred_at'), 種類: plain('kind'), 顧客: nameOf('customer', 'customer_id'), 顧客ID: plain('customer_id'), 案件ID: plain('case_id'), 通話ID: plain('call_id'),
    内容: field('text'), ...MADE,
  },
  calls: {
    ID: plain('id'), 開始: plain('started_at'), 応答: plain('agent_answered_at'), 終了: plain('ended_at'), 方向: plain('direction'), 結果: plain('outcome'), 発信者番号: field('callerNumber'), 発信者名: field('callerName'),
    着信番号: field('dialledNumber'), 顧客: nameOf('customer', 'customer_id'), 顧客ID: plain('customer_id'), 担当者: nameOf('user', 'agent_id'), キュー: nameOf('queue', 'queue_id'), 待ち時間ms: plain('queue_ms'), 通話時間ms: plain('talk_ms'),
    保留時間ms: plain('hold_ms'), 他通話中の保留ms: plain('aside_ms'), 後処理ms: plain('wrap_up_ms'), メモ: field('note'),
  },
  users: {
    ID: plain('id'), ログインID: plain('login_id'), 氏名: field('name'), 氏名カナ: field('nameKana'), 部署: field('department'), メール: field('email'), 社員番号: field('employeeNumber'), プロファイルID: plain('profile_id'), 状態: plain('status'), ...MADE,
  },
};

/** Tables that have a file in CSV too. */
export const SHEET_TABLES: readonly string[] = Object.keys(SHEETS);

/** Lists of texts in one cell, everything else as JSON. Nothing that a spreadsheet would run. */
function cellOf(value: unknown): string | number {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return value;
  if (typeof value === 'string') return harmless(value);
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return harmless(value.join('; '));
  return harmless(JSON.stringify(value));
}

const idsOf = (rows: readonly Fields[], column: string): (string | null)[] => rows.map((row) => (typeof row[column] === 'string' ? row[column] : null));

/** One damaged name does not keep the others of its record from going out: the ids are there. */
async function ifWhole(names: Promise<Map<string, string>>): Promise<Map<string, string>> {
  try {
    return await names;
  } catch (error) {
    if (isDamage(error)) return new Map();
    throw error;
  }
}

async function namesOf(tx: TenantTx, rows: readonly Fields[]): Promise<Names> {
  return {
    customer: await ifWhole(customerNames(tx, idsOf(rows, 'customer_id'))),
    company: await ifWhole(companyNames(tx, idsOf(rows, 'company_id'))),
    user: await ifWhole(userNames(tx, [...idsOf(rows, 'owner_id'), ...idsOf(rows, 'agent_id')])),
    queue: await queueNames(tx, idsOf(rows, 'queue_id')),
  };
}

const text = (lines: readonly (readonly (string | number)[])[]): string => stringify(lines.map((line) => [...line]), { record_delimiter: 'windows' });

/** The first line of a table's CSV file, behind the byte order mark that Excel needs. */
export const sheetHead = (table: string): string => `\ufeff${text([Object.keys(SHEETS[table] ?? {})])}`;

/** Rows of a table as lines of CSV. */
export async function sheetLines(tx: TenantTx, table: string, rows: readonly ExportRow[]): Promise<string> {
  const cells = Object.values(SHEETS[table] ?? {});
  const records = rows.map(({ plain: json, opened }): Fields => ({ ...(JSON.parse(json) as Record<string, unknown>), content: (opened['content'] ?? {}) as Record<string, unknown> }));
  const names = await namesOf(tx, records);
  return text(records.map((record) => cells.map((cell) => cellOf(cell(record, names)))));
}
