import type { AuditCode } from '../../../shared/audit-codes.ts';
import type { TenantTx } from '../../db/types.ts';
import { invalid, notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { decodeIdCursor, pageOf } from './paging.ts';
import { changesOf, recordOf, withoutUndefined, type RecordRow } from './records.ts';

/** A record as its table has it. */
export interface VersionedRow extends RecordRow {
  name: string;
  active: boolean;
  /** The published version; null before the first. */
  version: number | null;
  draft: unknown;
}

interface VersionRow {
  version: number;
  created_at: Date;
  created_by: string;
  comment: string;
  definition: unknown;
}

/** What differs between one kind and another: its words, its checks and its tables. */
export interface VersionedKind<Definition> {
  /** For messages. */
  noun: string;
  /** For the audit log. */
  subject: string;
  codes: Record<'created' | 'updated' | 'published', AuditCode>;
  /** A definition as stored; it was checked when it was written. */
  definitionOf: (stored: unknown) => Definition;
  /** What keeps a draft from being published. */
  faultsOf: (draft: Definition) => { path: string; message: string }[];
  find: (tx: TenantTx, id: string) => Promise<VersionedRow | undefined>;
  lock: (tx: TenantTx, id: string) => Promise<VersionedRow | undefined>;
  list: (tx: TenantTx, after: string | null, limit: number) => Promise<VersionedRow[]>;
  insert: (tx: TenantTx, row: { id: string; name: string; draft: Definition }) => Promise<void>;
  patch: (tx: TenantTx, id: string, patch: { name: string; active: boolean; draft: Definition }) => Promise<void>;
  /** Newest first. */
  versionsOf: (tx: TenantTx, id: string) => Promise<VersionRow[]>;
  insertVersion: (tx: TenantTx, id: string, version: number, definition: Definition, comment: string) => Promise<void>;
}

interface Change<Definition> {
  name?: string | undefined;
  draft?: Definition | undefined;
  active?: boolean | undefined;
}

const viewOf = (row: VersionedRow) => ({ ...recordOf(row), name: row.name, active: row.active, version: row.version });

/** Records that have a draft, which is worked on, and published versions, which stay as they are: guided scripts, score sheets. */
export class VersionedRecords<Definition> {
  readonly #kind: VersionedKind<Definition>;

  constructor(kind: VersionedKind<Definition>) {
    this.#kind = kind;
  }

  /** The draft and all versions. @throws AppError `not_found` */
  async detail(tx: TenantTx, id: string) {
    const { definitionOf, find, versionsOf } = this.#kind;
    const row = this.#there(await find(tx, id));
    const versions = await versionsOf(tx, id);
    return {
      ...viewOf(row),
      draft: definitionOf(row.draft),
      versions: versions.map(({ version, created_at, created_by, comment, definition }) => ({
        version,
        at: created_at.toISOString(),
        by: created_by,
        comment,
        definition: definitionOf(definition),
      })),
    };
  }

  /** @throws AppError `invalid_cursor` */
  async list(tx: TenantTx, query: { limit: number; cursor?: string | undefined }) {
    const rows = await this.#kind.list(tx, decodeIdCursor(query.cursor), query.limit + 1);
    return pageOf(rows, query.limit, viewOf, (row) => ({ key: '', id: row.id }));
  }

  /** @throws AppError `duplicate` when the name is taken */
  async create(tx: TenantTx, given: { name: string; draft: Definition }) {
    const { codes, subject, insert } = this.#kind;
    const id = newId();
    await insert(tx, { id, ...given });
    await tx.audit({ code: codes.created, subject: { kind: subject, id }, detail: { ...given } });
    return this.detail(tx, id);
  }

  /** @throws AppError `not_found`, `duplicate` */
  async update(tx: TenantTx, id: string, change: Change<Definition>) {
    const { codes, subject, definitionOf, lock, patch } = this.#kind;
    const row = this.#there(await lock(tx, id));
    const before = { name: row.name, active: row.active, draft: definitionOf(row.draft) };
    const after = { ...before, ...withoutUndefined(change) };
    const changes = changesOf(before, after);
    if (Object.keys(changes.after).length > 0) {
      await patch(tx, id, after);
      await tx.audit({ code: codes.updated, subject: { kind: subject, id }, detail: changes });
    }
    return this.detail(tx, id);
  }

  /** @throws AppError `not_found`, `invalid` with the faults of the draft */
  async publish(tx: TenantTx, id: string, comment: string) {
    const { codes, subject, definitionOf, faultsOf, lock, insertVersion } = this.#kind;
    const row = this.#there(await lock(tx, id));
    const draft = definitionOf(row.draft);
    const errors = faultsOf(draft);
    if (errors.length > 0) throw invalid('The draft has faults.', { errors });
    const version = (row.version ?? 0) + 1;
    await insertVersion(tx, id, version, draft, comment);
    await tx.audit({ code: codes.published, subject: { kind: subject, id }, detail: { version, comment } });
    return this.detail(tx, id);
  }

  #there(row: VersionedRow | undefined): VersionedRow {
    if (!row) throw notFound(this.#kind.noun);
    return row;
  }
}
