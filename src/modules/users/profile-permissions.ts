import { isPermission, PRESETS, type Permission } from '../../../shared/permissions.ts';
import { AppError } from '../../lib/errors.ts';
import type { Session } from '../support/binding.ts';

/** What tells the permissions of a profile, as stored. */
export interface ProfilePermissions {
  code: string;
  preset: boolean;
  permissions: readonly string[];
}

/** The preset that holds everything: who has it is an administrator of the tenant. */
export const ADMINISTRATOR = 'SV';

/** What administrators keep when the contract has ended, while data can be taken back: to see everything, and to take it out. */
const RETURNING: ReadonlySet<Permission> = new Set([
  'call.read.own', 'call.read.all', 'recording.play.own', 'recording.play.all', 'recording.download', 'customer.read', 'case.read', 'knowledge.read', 'board.read',
  'report.read', 'staffing.read', 'quality.read.own', 'audit.read', 'user.read', 'export.create',
]);

/** Of these permissions those that take data back. */
export const returningOf = (permissions: readonly Permission[]): readonly Permission[] => permissions.filter((permission) => RETURNING.has(permission));

/** What the people of a tenant may do: work, only take their data back (administrators), or nothing. */
export type TenantAccess = 'works' | 'returns' | 'closed';

/** @param now ms since the epoch */
export function tenantAccess(status: string, readableUntil: Date | null, now: number): TenantAccess {
  if (status === 'active') return 'works';
  return status === 'ended' && readableUntil !== null && now < readableUntil.getTime() ? 'returns' : 'closed';
}

/**
 * What the users of a profile may do. Presets are what this program says, whatever their row holds: so a permission of a new
 * version reaches tenants that exist. Of other profiles a permission that this version does not know counts for nothing.
 */
export function permissionsOf({ code, preset, permissions }: ProfilePermissions): readonly Permission[] {
  if (preset) return code === 'SV' || code === 'CSR' ? PRESETS[code] : [];
  return permissions.filter(isPermission);
}

/**
 * Refuses what would let somebody reach beyond their own rights: to give what one has not, or to take over or hold back somebody
 * who may do more.
 * @throws AppError `above_you`
 */
export function demandCovers(session: Session, permissions: readonly Permission[]): void {
  if (permissions.every((permission) => session.permissions.has(permission))) return;
  throw new AppError('above_you', 403, 'This reaches further than your own permissions.');
}
