import * as contracts from '../../../shared/api/activities.ts';
import type { Clock } from '../../lib/clock.ts';
import { bind, type BoundRoute } from '../support/binding.ts';
import { createActivity } from './activities.service.ts';

export const activityRoutes = (deps: { clock: Clock }): BoundRoute[] => [
  bind(contracts.createActivity, ({ body }, context) => context.inTenant((tx) => createActivity(tx, body, deps.clock.wall()))),
];
