import { Readable } from 'node:stream';
import { AUDIT_CODES, type AuditCode } from '../../../shared/audit-codes.ts';
import type { AuditEntryView } from '../../../shared/api/audit.ts';
import type { TenantTx } from '../../db/types.ts';
import { AppError } from '../../lib/errors.ts';
import { decodeCursor, pageOf } from '../support/paging.ts';
import type { UserContent } from '../users/user-content.ts';
import { auditPlace } from './audit-append.ts';
import { eventsAfter, newestEvents, type AuditFilter, type StoredEvent } from './audit.queries.ts';

const EXPORT_PAGE = 500;
const KNOWN_CODES: ReadonlySet<string> = new Set(AUDIT_CODES);

/** A code of the closed list; the column is written by this program only, so anything else is damage. */
function codeOf(text: string): AuditCode {
  if (!KNOWN_CODES.has(text)) throw new AppError('sealed_content_damaged', 500, 'An audit entry has an unknown code.');
  return text as AuditCode;
}

const detailOf = (tx: TenantTx, event: StoredEvent): Record<string, unknown> => tx.vault.open(auditPlace(event.seq), event.sealed);

/** Names of the users among the actors, by actor text. */
async function actorNames(tx: TenantTx, page: readonly StoredEvent[]): Promise<Map<string, string>> {
  const ids = new Set(page.map((event) => event.actor).filter((actor) => actor.startsWith('user:')).map((actor) => actor.slice('user:'.length)));
  if (ids.size === 0) return new Map();
  const rows = await tx.db.selectFrom('users').select(['id', 'sealed']).where('id', 'in', [...ids]).execute();
  return new Map(rows.map((row) => [`user:${row.id}`, tx.vault.open<UserContent>({ table: 'users', column: 'sealed', id: row.id }, row.sealed).name]));
}

/** @throws AppError `invalid_cursor` */
function beforeSeq(cursor: string | undefined): number | null {
  const key = decodeCursor(cursor)?.key;
  if (key === undefined) return null;
  if (!/^\d{1,15}$/.test(key)) throw new AppError('invalid_cursor', 400, 'This cursor was not given by a list of this kind.');
  return Number(key);
}

/** A page of the log, newest first, opened for people. */
export async function listAudit(
  tx: TenantTx,
  query: AuditFilter & { limit: number; cursor?: string | undefined },
): Promise<{ items: AuditEntryView[]; nextCursor: string | null }> {
  const rows = await newestEvents(tx, query, beforeSeq(query.cursor), query.limit + 1);
  const names = await actorNames(tx, rows);
  const view = (event: StoredEvent): AuditEntryView => ({
    seq: event.seq,
    at: new Date(event.at).toISOString(),
    code: codeOf(event.code),
    actor: event.actor,
    actorName: names.get(event.actor) ?? '',
    subjectKind: event.subjectKind,
    subjectId: event.subjectId,
    ip: event.ip,
    detail: detailOf(tx, event),
  });
  return pageOf(rows, query.limit, view, (event) => ({ key: String(event.seq), id: '' }));
}

/** One line of an export: everything the hash covers, the hash, and the opened detail beside it. */
function exportLine(tx: TenantTx, event: StoredEvent): string {
  const { sealed, prevHash, hash, ...plain } = event;
  const bytes = { sealed: sealed.toString('base64'), prevHash: prevHash.toString('base64'), hash: hash.toString('base64') };
  return `${JSON.stringify({ ...plain, ...bytes, detail: detailOf(tx, event) })}\n`;
}

/** Runs `work` in a transaction of the tenant. */
export type InTenant = <T>(work: (tx: TenantTx) => Promise<T>) => Promise<T>;

/**
 * The log as JSON lines, oldest first. Each page is read in a transaction of its own, so that a slow reader holds no
 * connection; entries never change, so the pages fit together.
 */
export function exportAudit(inTenant: InTenant, range: { from?: string | undefined; to?: string | undefined }): Readable {
  const from = range.from === undefined ? '' : new Date(range.from).toISOString();
  const to = range.to === undefined ? null : new Date(range.to).toISOString();
  async function* lines(): AsyncGenerator<string> {
    for (let last = 0; ; ) {
      const page = await inTenant(async (tx) => {
        const found = await eventsAfter(tx, last, EXPORT_PAGE);
        const wanted = found.filter((event) => event.at >= from && (to === null || event.at < to));
        return { next: found.at(-1)?.seq, text: wanted.map((event) => exportLine(tx, event)).join('') };
      });
      if (page.text !== '') yield page.text;
      if (page.next === undefined) return;
      last = page.next;
    }
  }
  return Readable.from(lines(), { objectMode: false });
}
