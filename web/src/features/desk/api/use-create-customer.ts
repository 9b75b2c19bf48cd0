import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type CreateCustomer, createCustomer, listCustomers } from '../../../../../shared/api/customers.ts';
import { call } from '../../../lib/api.ts';

/** Makes a record for a caller who has none. */
export function useCreateCustomer() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: CreateCustomer) => call(createCustomer, { body }),
    onSuccess: () => client.invalidateQueries({ queryKey: [listCustomers.id] }),
  });
}
