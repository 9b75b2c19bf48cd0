import * as contracts from '../../../shared/api/incidents.ts';
import type { Clock } from '../../lib/clock.ts';
import { bind, type BoundRoute } from '../support/binding.ts';
import { addMeasure, createIncident, incidentView, listIncidents, updateIncident } from './incidents.service.ts';

export const incidentRoutes = ({ clock }: { clock: Clock }): BoundRoute[] => [
  bind(contracts.listIncidents, ({ query }, context) => context.inTenant((tx) => listIncidents(tx, context.session, query))),
  bind(contracts.getIncident, ({ params }, context) => context.inTenant((tx) => incidentView(tx, context.session, params.id))),
  bind(contracts.createIncident, ({ body }, context) => context.inTenant((tx) => createIncident(tx, body, clock.wall()))),
  bind(contracts.updateIncident, ({ params, body }, context) => context.inTenant((tx) => updateIncident(tx, params.id, body, clock.wall()))),
  bind(contracts.addMeasure, ({ params, body }, context) => context.inTenant((tx) => addMeasure(tx, context.session, params.id, body.text, clock.wall()))),
];
