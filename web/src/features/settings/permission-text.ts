import { useLingui } from '@lingui/react/macro';
import type { Permission } from '../../../../shared/permissions.ts';

/** The words of each permission. */
export function usePermissionText(): Readonly<Record<Permission, string>> {
  const { t } = useLingui();
  return {
    'call.handle': t`Take and make calls`,
    'call.supervise': t`Listen to and join calls of others`,
    'call.read.own': t`See own calls`,
    'call.read.all': t`See all calls`,
    'recording.play.own': t`Play own recordings`,
    'recording.play.all': t`Play all recordings`,
    'recording.download': t`Download recordings`,
    'recording.manage': t`Label, hold, share and delete recordings`,
    'customer.read': t`See customers`,
    'customer.write': t`Change customers`,
    'case.read': t`See cases`,
    'case.write': t`Change cases`,
    'knowledge.read': t`Read the FAQ`,
    'board.read': t`See the live board`,
    'board.manage': t`Make wallboard links and arrange seats`,
    'alert.manage': t`Manage alert rules`,
    'report.read': t`See reports`,
    'report.manage': t`Send reports by mail`,
    'staffing.read': t`See forecasts, simulations and all shifts`,
    'staffing.manage': t`Plan shifts`,
    'quality.read.own': t`See and answer own evaluations`,
    'quality.evaluate': t`Evaluate calls and see all evaluations`,
    'quality.manage': t`Manage score sheets and calibration`,
    'agent.manage': t`Change another agent’s presence`,
    'audit.read': t`Read the audit log`,
    'user.read': t`See users`,
    'user.manage': t`Manage users and IP ranges`,
    'settings.manage': t`Change settings`,
  };
}
