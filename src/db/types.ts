import type { Transaction } from 'kysely';
import type { DB } from './schema.generated.ts';
import type { AuditCode } from '../../shared/audit-codes.ts';

/** Who acts. Written into created_by / updated_by and into the audit log as `text`. */
export interface Actor {
  kind: 'user' | 'apiKey' | 'system' | 'operator' | 'caller';
  /** Id of the user, key or operator; name of the component for `system`. */
  id: string;
  /** Source address of the request, empty when there is none. */
  ip: string;
}

/** Seals and opens what belongs to one tenant. Implemented in vault/tenant-vault.ts; keys are loaded, all calls are synchronous. */
export interface TenantVault {
  readonly keyVersion: number;
  /**
   * AES-256-GCM of the value's JSON; bound to tenant, table, column and row by associated data, so that a ciphertext moved
   * elsewhere does not open.
   */
  seal(place: SealedPlace, value: unknown): Buffer;
  /** @throws AppError `sealed_content_damaged` when the bytes do not open at this place */
  open<T>(place: SealedPlace, sealed: Buffer): T;
  /** HMAC of a folded term, cut to 8 bytes: the same term always gives the same token, in this tenant only. */
  token(kind: string, term: string): Buffer;
  /** A fresh 32-byte object key with its wrapped form for the database. */
  newObjectKey(objectId: string): { key: Buffer; wrapped: Buffer; keyVersion: number };
  /** The same object key under the current version. */
  wrapObjectKey(objectId: string, key: Buffer): { wrapped: Buffer; keyVersion: number };
  unwrapObjectKey(objectId: string, wrapped: Buffer, keyVersion: number): Buffer;
}

/** Where a sealed value lives. */
export interface SealedPlace {
  table: string;
  column: string;
  /** Row id. */
  id: string;
}

/** One audit entry; its row is written in the transaction of the change. */
export interface AuditEntry {
  code: AuditCode;
  subject: { kind: string; id: string };
  /** Sealed in the log. Before and after values, reasons; never secrets. */
  detail: Record<string, unknown>;
  /** Who did it, where that is not the actor of the transaction: what many did is written together. */
  actor?: Actor;
}

/**
 * The only way to a tenant's data: a transaction bound to the tenant by row level security, with the actor and the keys.
 * Queries take it as their first argument; no pool can be reached from it.
 */
export interface TenantTx {
  readonly tenantId: string;
  readonly actor: Actor;
  readonly db: Transaction<DB>;
  readonly vault: TenantVault;
  /** Appends to the tenant's hash chain in this transaction. */
  audit(entry: AuditEntry): Promise<void>;
}

/** Runs `work` in one transaction of the tenant; commits when it resolves, rolls back when it throws. */
export type WithTenant = <T>(tenantId: string, actor: Actor, work: (tx: TenantTx) => Promise<T>) => Promise<T>;

/**
 * What the product needs of its database. Implemented in db/database.ts.
 */
export interface Database {
  withTenant: WithTenant;
  /** Reads of the directories (tenants, numbers); sees no tenant table. */
  directory: DirectoryReader;
  /** False while the server cannot be reached; `onChange` tells the desk. */
  readonly healthy: boolean;
  onHealth(listener: (healthy: boolean) => void): () => void;
  close(): Promise<void>;
}

export interface DirectoryReader {
  tenants(): Promise<TenantRow[]>;
  tenantBySlug(slug: string): Promise<TenantRow | null>;
  /** Tenant that owns a service number (E.164), or null. */
  tenantOfNumber(number: string): Promise<string | null>;
  /** Until when the administrators of an ended tenant may still read; null = not at all. */
  readableUntil(tenantId: string): Promise<Date | null>;
}

export interface TenantRow {
  id: string;
  slug: string;
  name: string;
  status: 'active' | 'suspended' | 'ended';
}
