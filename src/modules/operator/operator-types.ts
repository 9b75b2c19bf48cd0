import type { SccDatabase } from '../../db/database.ts';
import type { OperatorHealth } from '../../../shared/api/monitoring.ts';
import type { MasterKeyView, MediaProcess, PointsView } from '../../../shared/api/operator.ts';
import type { Clock } from '../../lib/clock.ts';
import type { MasterKey } from '../../vault/master-key.ts';
import type { LiveCalls } from '../calls/calls.service.ts';
import type { TelephonyLive } from '../telephony/telephony-live.ts';
import type { DomainEmitter } from '../support/domain-events.ts';

/** What the operator's side needs of the database: its own tables, the directory, and one tenant at a time. */
export type OperatorDatabase = Pick<SccDatabase, 'withDirectory' | 'unbound' | 'withTenant' | 'directory' | 'healthy' | 'keys'>;

/** What only the live side knows. */
export interface OperatorLive {
  /** Calls in progress on this machine. */
  calls(): number;
  /** The same of one tenant. */
  callsOf(tenantId: string): number;
  media(): Promise<MediaProcess[]>;
  /** Makes the telephony side read a tenant again; resolves when it has. */
  reloadTenant(tenantId: string): Promise<void>;
}

/** What the live side knows of what is in tenants; reached only through an open access. */
export interface TenantLive {
  telephony: TelephonyLive;
  calls: LiveCalls;
}

export interface OperatorDeps {
  database: OperatorDatabase;
  databaseKind: 'embedded' | 'server';
  /** Hours between backups; null = the product makes none. */
  backupHours: number | null;
  /** How points in time stand. */
  points(): Promise<PointsView>;
  live: OperatorLive;
  /** What the monitoring sees. */
  health(): Promise<OperatorHealth>;
  clock: Clock;
  events: DomainEmitter;
  version: string;
  /** Refused logins take at least this long, ms. */
  refusalFloorMs: number;
  /** Where the master key is, as last looked. */
  masterKeyView(): MasterKeyView;
  /** Seals second factors. */
  master: OperatorVault;
  /** What an operator with an open access sees of the live side. */
  tenantLive: TenantLive;
}

/** What of the master key is needed for operators' second factors. */
export type OperatorVault = Pick<MasterKey, 'sealOperatorFactor' | 'openOperatorFactor'>;

/** `admin`: accounts of operators and the destruction of keys as well; `staff`: everything else. */
export type OperatorRole = 'admin' | 'staff';

/** Who is logged in at the operator's port. */
export interface OperatorSession {
  id: string;
  operatorId: string;
  loginId: string;
  role: OperatorRole;
  /** The password alone was enough for this session, because there is no second factor yet: it may only set one up. */
  mustSetUpFactor: boolean;
}

/** Where a request came from. */
export interface Origin {
  ip: string;
  userAgent: string;
}
