import * as forecasts from '../../../shared/api/forecasts.ts';
import * as simulations from '../../../shared/api/simulations.ts';
import type { WithTenant } from '../../db/types.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import { BinaryAnswer, bind, type BoundRoute } from '../support/binding.ts';
import { tableBytes, tableHeaders } from '../support/table-file.ts';
import { forecastFile } from './forecast-file.ts';
import { forecastDay } from './forecast.service.ts';
import { shiftRoutes } from './shifts.routes.ts';
import { Simulations } from './simulations.service.ts';
import type { SimulationRunner } from './simulation-runner.ts';

/** What the routes of staffing need. */
export interface StaffingDeps {
  withTenant: WithTenant;
  clock: Clock;
  logger: Logger;
  runSimulation: SimulationRunner;
}

function simulationRoutes(deps: StaffingDeps): BoundRoute[] {
  const running = new Simulations({ ...deps, run: deps.runSimulation });
  return [
    bind(simulations.listSimulations, ({ query }, context) => context.inTenant((tx) => running.list(tx, query))),
    bind(simulations.getSimulation, ({ params }, context) => context.inTenant((tx) => running.view(tx, params.id))),
    bind(simulations.startSimulation, ({ body }, context) => running.start(context, body)),
    bind(simulations.cancelSimulation, ({ params }, context) => context.inTenant((tx) => running.cancel(tx, params.id))),
  ];
}

const forecastRoutes = ({ clock }: StaffingDeps): BoundRoute[] => [
  bind(forecasts.getForecast, ({ params, query }, context) => context.inTenant((tx) => forecastDay(tx, clock, params.id, query))),
  bind(forecasts.exportForecast, async ({ params, query }, context) => {
    const file = await context.inTenant(async (tx) => {
      const table = forecastFile(await forecastDay(tx, clock, params.id, query), query, query.lang);
      await tx.audit({ code: 'report.exported', subject: { kind: 'report', id: 'forecast' }, detail: { ...query, queueId: params.id, rows: table.rows.length } });
      return table;
    });
    return new BinaryAnswer(200, tableHeaders(file.name, query.format), await tableBytes(file, query.format));
  }),
];

/** Forecast, simulation and shifts. */
export const staffingRoutes = (deps: StaffingDeps): BoundRoute[] => [...forecastRoutes(deps), ...simulationRoutes(deps), ...shiftRoutes(deps)];
