import { z } from 'zod';
import { route } from '../contract.ts';
import { idParams, listOf, pageQuery, recordFields, text, timeSchema } from './common.ts';
import { EXPORT_FORMATS } from './reports.ts';

/** Columns of the file, in the order of the template. */
export const USER_COLUMNS = ['loginId', 'name', 'nameKana', 'department', 'email', 'employeeNumber', 'profile', 'status'] as const;
export type UserColumn = (typeof USER_COLUMNS)[number];

/** What the columns are called in a file. Other spellings people use are read too. */
export const USER_HEADINGS = {
  ja: { loginId: 'ログインID', name: '氏名', nameKana: '氏名カナ', department: '部署', email: 'メールアドレス', employeeNumber: '従業員番号', profile: 'プロファイル', status: '状態' },
  en: { loginId: 'Login ID', name: 'Name', nameKana: 'Name in kana', department: 'Department', email: 'Mail address', employeeNumber: 'Employee number', profile: 'Profile', status: 'Status' },
} as const satisfies Record<'ja' | 'en', Record<UserColumn, string>>;

/** More lines than this are not taken at once. */
export const MOST_IMPORTED_USERS = 2000;

export const IMPORT_FAULTS = [
  'encoding', 'empty', 'tooMany', 'unknownColumn', 'missingColumn', 'twiceColumn', 'cells',
  'required', 'invalid', 'twice', 'profile', 'status', 'aboveYou', 'ownAccount', 'lastAdministrator',
] as const;

const importFaultSchema = z.object({
  /** null = of the whole line, or of the file. */
  column: z.enum(USER_COLUMNS).nullable(),
  fault: z.enum(IMPORT_FAULTS),
  /** What stands there. */
  text: z.string(),
});

const importLineSchema = z.object({
  /** In the file, from 1. */
  line: z.number().int(),
  loginId: z.string(),
  name: z.string(),
  action: z.enum(['create', 'change', 'unchanged', 'fault']),
  changes: z.array(z.object({ column: z.enum(USER_COLUMNS), before: z.string(), after: z.string() })),
  faults: z.array(importFaultSchema),
});

export const importUsers = route({
  id: 'importUsers',
  method: 'POST',
  path: '/users/import',
  summary: 'Take users from a CSV file (UTF-8 or CP932, headings in Japanese or English, as the export writes it), or say what would happen. With a fault nothing is changed.',
  tag: 'users',
  permission: 'user.manage',
  rate: 'heavy',
  query: z.strictObject({ mode: z.enum(['try', 'apply']).default('try'), fileName: text(200).default(''), lang: z.enum(['ja', 'en']).default('ja') }),
  upload: 'text/csv',
  response: z.object({
    lines: z.array(importLineSchema),
    /** Faults of the file as a whole; there are no lines then. */
    faults: z.array(importFaultSchema),
    creates: z.number().int(),
    changes: z.number().int(),
    unchanged: z.number().int(),
    faulty: z.number().int(),
    /** What was done, to be taken back; null when nothing was. */
    importId: z.uuid().nullable(),
    /** CSV with the first passwords of the new users, told once; null when there are none. */
    passwords: z.string().nullable(),
  }),
});

export const exportUsers = route({
  id: 'exportUsers',
  method: 'GET',
  path: '/users/export',
  summary: 'The users as a file that can be imported again, or its head alone.',
  tag: 'users',
  permission: 'user.manage',
  rate: 'heavy',
  query: z.strictObject({ rows: z.enum(['all', 'none']).default('all'), format: z.enum(EXPORT_FORMATS).default('csv'), lang: z.enum(['ja', 'en']).default('ja') }),
  binary: 'application/octet-stream',
});

export const userImportSchema = z.object({
  ...recordFields,
  fileName: z.string(),
  created: z.number().int(),
  changed: z.number().int(),
  unchanged: z.number().int(),
  /** Of the created users, those who are not disabled. */
  active: z.number().int(),
  /** Of those, who have not chosen a password of their own yet. */
  waiting: z.number().int(),
  undoneAt: timeSchema.nullable(),
});

export const listUserImports = route({
  id: 'listUserImports',
  method: 'GET',
  path: '/user-imports',
  summary: 'Files that users were taken from, the newest first.',
  tag: 'users',
  permission: 'user.manage',
  rate: 'normal',
  query: pageQuery,
  response: listOf(userImportSchema),
});

export const undoUserImport = route({
  id: 'undoUserImport',
  method: 'POST',
  path: '/user-imports/{id}/undo',
  summary: 'Disable the users that an import created; what it changed of others stays.',
  tag: 'users',
  permission: 'user.manage',
  rate: 'heavy',
  params: idParams,
  response: z.object({ import: userImportSchema, disabled: z.number().int() }),
});

export type UserImportAnswer = z.infer<typeof importUsers.response>;
export type ImportLine = UserImportAnswer['lines'][number];
export type ImportFault = UserImportAnswer['faults'][number];
export type UserImport = z.infer<typeof userImportSchema>;
