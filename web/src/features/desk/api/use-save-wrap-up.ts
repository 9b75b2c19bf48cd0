import { useMutation, useQueryClient } from '@tanstack/react-query';
import { listCalls, wrapUpCall } from '../../../../../shared/api/calls.ts';
import { customerTimeline } from '../../../../../shared/api/customers.ts';
import { call } from '../../../lib/api.ts';

export interface WrapUp {
  callId: string;
  wrapUpCodeId: string | null;
  note: string;
  customerId: string | null;
  caseId: string | null;
}

/** Writes wrap-up code, note and customer of a call. */
export function useSaveWrapUp() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ callId, wrapUpCodeId, note, customerId, caseId }: WrapUp) =>
      call(wrapUpCall, {
        params: { id: callId },
        // Left out where nobody was chosen here: the customer that the server found by the number stays.
        body: { wrapUpCodeId, note, ...(customerId === null ? {} : { customerId, caseId }) },
      }),
    onSuccess: () =>
      Promise.all([listCalls.id, customerTimeline.id].map((id) => client.invalidateQueries({ queryKey: [id] }))),
  });
}
