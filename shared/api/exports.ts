import { z } from 'zod';
import { route } from '../contract.ts';
import { idParams, listOf, pageFields, proofSchema, recordFields, requiredText, timeSchema } from './common.ts';

/** How long the files of an export wait for their download, days. */
export const EXPORT_DAYS = 7;

export const exportSchema = z.object({
  ...recordFields,
  /** waiting: in line behind others. expired: its files were deleted. */
  state: z.enum(['waiting', 'running', 'finished', 'failed', 'cancelled', 'expired']),
  reason: z.string(),
  /** Why it failed; empty otherwise. */
  failure: z.enum(['', 'storage_full', 'interrupted', 'error']),
  startedAt: timeSchema.nullable(),
  finishedAt: timeSchema.nullable(),
  /** From then on there is nothing to download. */
  expiresAt: timeSchema.nullable(),
  /** Of all work, 0 to 1. */
  progress: z.number(),
  /** When it may be finished, by what was done so far; null = cannot be said. */
  readyAt: timeSchema.nullable(),
  filesDone: z.number().int(),
  filesTotal: z.number().int(),
  rowsDone: z.number().int(),
  bytesDone: z.number().int(),
  /** Of the download; null until it is finished. */
  archiveBytes: z.number().int().nullable(),
  /** Sounds and values that could not be read; the manifest lists them. */
  unreadable: z.number().int(),
  /** Handed over by the provider in another way: there is nothing to download. */
  byOperator: z.boolean(),
});

export const exportFileSchema = z.object({
  /** Names the file in its route. */
  number: z.number().int(),
  path: z.string(),
  bytes: z.number().int(),
  sha256: z.string(),
  table: z.string().nullable(),
  rows: z.number().int().nullable(),
});

const base = { tag: 'exports', permission: 'export.create' } as const;

export const listExports = route({
  ...base,
  id: 'listExports',
  method: 'GET',
  path: '/exports',
  summary: 'Full exports of the tenant, newest first.',
  rate: 'normal',
  query: z.strictObject(pageFields),
  response: listOf(exportSchema),
});

export const createExport = route({
  ...base,
  id: 'createExport',
  method: 'POST',
  path: '/exports',
  summary: 'Ask for every record, setting, log and recording of the tenant in open formats. Needs the own password; one at a time.',
  rate: 'heavy',
  body: z.strictObject({ reason: requiredText(500), password: proofSchema }),
  response: exportSchema,
});

export const getExport = route({
  ...base,
  id: 'getExport',
  method: 'GET',
  path: '/exports/{id}',
  summary: 'One export with its progress.',
  rate: 'normal',
  params: idParams,
  response: exportSchema,
});

export const cancelExport = route({
  ...base,
  id: 'cancelExport',
  method: 'POST',
  path: '/exports/{id}/cancel',
  summary: 'Give up an export that waits or runs; what was written of it is deleted.',
  rate: 'normal',
  params: idParams,
  response: exportSchema,
});

export const listExportFiles = route({
  ...base,
  id: 'listExportFiles',
  method: 'GET',
  path: '/exports/{id}/files',
  summary: 'The files of a finished export, in the order of the archive.',
  rate: 'normal',
  params: idParams,
  query: z.strictObject(pageFields),
  response: listOf(exportFileSchema),
});

export const downloadExport = route({
  ...base,
  id: 'downloadExport',
  method: 'GET',
  path: '/exports/{id}/archive',
  summary: 'All files of a finished export as a tar archive. Takes a Range, so that a download can go on where it broke off.',
  rate: 'normal',
  params: idParams,
  binary: 'application/x-tar',
});

export const downloadExportFile = route({
  ...base,
  id: 'downloadExportFile',
  method: 'GET',
  path: '/exports/{id}/files/{number}',
  summary: 'One file of a finished export. Takes a Range.',
  rate: 'normal',
  params: z.strictObject({ ...idParams.shape, number: z.coerce.number().int().min(1).max(2_000_000_000) }),
  binary: 'application/octet-stream',
});

export type TenantExport = z.infer<typeof exportSchema>;
