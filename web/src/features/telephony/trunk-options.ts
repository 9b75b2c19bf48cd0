import { listTrunks } from '../../../../shared/api/trunks.ts';
import { useAll } from '../../records/use-all.ts';

/** The trunks as rows of a Select. */
export function useTrunkOptions() {
  const { items, ...state } = useAll(listTrunks);
  return { options: items.map(({ id, name }) => ({ value: id, label: name })), ...state };
}
