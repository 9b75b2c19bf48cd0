import { useQuery } from '@tanstack/react-query';
import { getCall } from '../../../../../shared/api/calls.ts';
import { call } from '../../../lib/api.ts';

/** The record of a call; for a wrap-up whose call this tab did not see. */
export const useCall = (id: string | null) =>
  useQuery({
    queryKey: [getCall.id, id],
    queryFn: ({ signal }) => call(getCall, { params: { id: id ?? '' } }, signal),
    enabled: id !== null,
  });
