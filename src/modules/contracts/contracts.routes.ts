import { getContract } from '../../../shared/api/contracts.ts';
import type { Clock } from '../../lib/clock.ts';
import { bind, type BoundRoute } from '../support/binding.ts';
import { contractOf } from './contract-views.service.ts';

/** What a tenant sees of its contract. */
export const contractRoutes = ({ clock }: { clock: Clock }): BoundRoute[] => [
  bind(getContract, (_input, context) => context.inTenant((tx) => contractOf(tx, clock.wall()))),
];
