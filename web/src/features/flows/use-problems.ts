import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { checkFlow } from '../../../../shared/api/flows.ts';
import { lintFlow } from '../../../../shared/flow/lint.ts';
import type { Flow } from '../../../../shared/flow/nodes.ts';
import type { FlowProblem } from '../../../../shared/flow/problems.ts';
import { call, type CallRequest } from '../../lib/api.ts';

/** A flow as request bodies want it; nobody changes it there. */
export const asBody = (flow: Flow) => flow as CallRequest<typeof checkFlow>['body']['definition'];

/** What is wrong with the flow: its shape at once, what it refers to a moment later, when the server has looked. */
export function useProblems(flow: Flow): readonly FlowProblem[] {
  const own = useMemo(() => lintFlow(flow), [flow]);
  const [settled] = useDebouncedValue(flow, 400);
  const { data } = useQuery({
    queryKey: [checkFlow.id, settled],
    queryFn: ({ signal }) => call(checkFlow, { body: { definition: asBody(settled) } }, signal),
    placeholderData: keepPreviousData,
    gcTime: 10_000,
  });
  return settled === flow && data ? data.problems : own;
}
