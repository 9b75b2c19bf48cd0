import { getServiceStatus, type ServerClockView } from '../../../shared/api/service-status.ts';
import type { Clock } from '../../lib/clock.ts';
import { bind, type BoundRoute } from '../support/binding.ts';
import { serviceStatus } from './availability.service.ts';

/** What tenants see of the monitoring. */
export const monitoringRoutes = ({ clock, serverClock, isScanning }: { clock: Clock; serverClock: () => ServerClockView; isScanning: boolean }): BoundRoute[] => [
  bind(getServiceStatus, (_input, context) => context.inTenant((tx) => serviceStatus(tx, clock, serverClock(), isScanning))),
];
