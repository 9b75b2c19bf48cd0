import { useQuery } from '@tanstack/react-query';
import { getCustomer } from '../../../../../shared/api/customers.ts';
import { call } from '../../../lib/api.ts';

/** One customer's record. */
export const useCustomer = (id: string) =>
  useQuery({
    queryKey: [getCustomer.id, id],
    queryFn: ({ signal }) => call(getCustomer, { params: { id } }, signal),
  });
