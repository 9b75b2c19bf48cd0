import { useQuery } from '@tanstack/react-query';
import { customerTimeline } from '../../../../../shared/api/customers.ts';
import { call } from '../../../lib/api.ts';

/** What happened with a customer lately, newest first. */
export const useTimeline = (customerId: string) =>
  useQuery({
    queryKey: [customerTimeline.id, 'desk', customerId],
    queryFn: ({ signal }) => call(customerTimeline, { params: { id: customerId }, query: { limit: 15 } }, signal),
  });
