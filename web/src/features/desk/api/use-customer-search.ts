import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { listCustomers } from '../../../../../shared/api/customers.ts';
import { call } from '../../../lib/api.ts';

/** Customers by part of a name, kana or number; asks nothing for an empty text. */
export const useCustomerSearch = (text: string) =>
  useQuery({
    queryKey: [listCustomers.id, 'desk', text],
    queryFn: ({ signal }) => call(listCustomers, { query: { q: text, limit: 8 } }, signal),
    enabled: text !== '',
    placeholderData: keepPreviousData,
  });
