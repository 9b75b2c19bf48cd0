import { useQuery } from '@tanstack/react-query';
import { listCases } from '../../../../../shared/api/cases.ts';
import { call } from '../../../lib/api.ts';

/** The cases of a customer that are not closed, newest first. */
export const useCustomerCases = (customerId: string) =>
  useQuery({
    queryKey: [listCases.id, 'desk', customerId],
    queryFn: ({ signal }) => call(listCases, { query: { customerId, limit: 50 } }, signal),
    select: (page) => page.items.filter((item) => item.status !== 'closed'),
  });
