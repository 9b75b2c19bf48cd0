import * as contracts from '../../../shared/api/cautions.ts';
import type { Clock } from '../../lib/clock.ts';
import { bind, type BoundRoute } from '../support/binding.ts';
import { createCaution, listCautions, updateCaution } from './cautions.service.ts';

export const cautionRoutes = ({ clock }: { clock: Clock }): BoundRoute[] => [
  bind(contracts.listCautions, ({ params }, context) => context.inTenant((tx) => listCautions(tx, params.id))),
  bind(contracts.createCaution, ({ params, body }, context) => context.inTenant((tx) => createCaution(tx, params.id, body, clock.wall()))),
  bind(contracts.updateCaution, ({ params, body }, context) => context.inTenant((tx) => updateCaution(tx, params.id, body, clock.wall()))),
];
