import { queryOptions } from '@tanstack/react-query';
import { listTrunks } from '../../../../shared/api/trunks.ts';
import { call } from '../../lib/api.ts';

/** The trunks as rows of a Select; kept with the list of trunks, so that a change of one renews both. */
export const trunkOptions = queryOptions({
  queryKey: [listTrunks.id, 'options'],
  queryFn: async ({ signal }) => (await call(listTrunks, { query: { limit: 200 } }, signal)).items.map(({ id, name }) => ({ value: id, label: name })),
});
