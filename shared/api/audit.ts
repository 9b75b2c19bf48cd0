import { z } from 'zod';
import { AUDIT_CODES } from '../audit-codes.ts';
import { route } from '../contract.ts';
import { listOf, pageFields, text, timeSchema } from './common.ts';

export const auditEntrySchema = z.object({
  /** Counted from 1 without gaps in each tenant. */
  seq: z.number().int(),
  at: timeSchema,
  code: z.enum(AUDIT_CODES),
  /** `user:ID`, `apiKey:ID`, `system:NAME`, `operator:ID`, `caller:…`. */
  actor: z.string(),
  /** For people; empty when the actor is not a user. */
  actorName: z.string(),
  subjectKind: z.string(),
  subjectId: z.string(),
  ip: z.string(),
  detail: z.record(z.string(), z.unknown()),
});

const filters = {
  code: z.enum(AUDIT_CODES).optional(),
  actor: text(100).optional(),
  subjectKind: text(50).optional(),
  subjectId: text(100).optional(),
  from: timeSchema.optional(),
  to: timeSchema.optional(),
} as const;

export const listAudit = route({
  id: 'listAudit',
  method: 'GET',
  path: '/audit',
  summary: 'List audit entries, newest first.',
  tag: 'audit',
  permission: 'audit.read',
  rate: 'normal',
  query: z.strictObject({ ...pageFields, ...filters }),
  response: listOf(auditEntrySchema),
});

export const verifyAudit = route({
  id: 'verifyAudit',
  method: 'GET',
  path: '/audit/verify',
  summary: 'Recompute the hash chain of the tenant from its first entry.',
  tag: 'audit',
  permission: 'audit.read',
  rate: 'heavy',
  response: z.object({
    whole: z.boolean(),
    entries: z.number().int(),
    /** First entry that does not fit; null when whole. */
    brokenAt: z.number().int().nullable(),
    reason: z.string(),
  }),
});

export const exportAudit = route({
  id: 'exportAudit',
  method: 'GET',
  path: '/audit/export',
  summary: 'All entries as JSON lines, oldest first, with what is needed to verify the chain offline.',
  tag: 'audit',
  permission: 'audit.read',
  rate: 'heavy',
  query: z.strictObject({ from: filters.from, to: filters.to }),
  binary: 'application/x-ndjson',
});

export type AuditEntryView = z.infer<typeof auditEntrySchema>;
