import * as contracts from '../../../shared/api/seat-maps.ts';
import { bind, type BoundRoute } from '../support/binding.ts';
import { createMap, deleteMap, listMaps, saveMap } from './seat-maps.service.ts';

export const seatMapRoutes = (): BoundRoute[] => [
  bind(contracts.listSeatMaps, (_input, context) => context.inTenant(listMaps)),
  bind(contracts.createSeatMap, ({ body }, context) => context.inTenant((tx) => createMap(tx, body))),
  bind(contracts.saveSeatMap, ({ params, body }, context) => context.inTenant((tx) => saveMap(tx, params.id, body))),
  bind(contracts.deleteSeatMap, ({ params }, context) => context.inTenant((tx) => deleteMap(tx, params.id))),
];
