import { Badge, Group, Stack, Text, UnstyledButton } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import type { Flow } from '../../../../shared/flow/nodes.ts';
import type { FlowProblem } from '../../../../shared/flow/problems.ts';
import { useNodeName } from './node-name.ts';
import { flowProblemText } from './problem-texts.ts';

interface Props {
  flow: Flow;
  problems: readonly FlowProblem[];
  onOpen: (node: string) => void;
}

/** Everything wrong with the flow; a click leads to the step. */
export function ProblemList({ flow, problems, onOpen }: Props) {
  const { i18n } = useLingui();
  const nameOf = useNodeName(flow);
  if (problems.length === 0) {
    return (
      <Text size="sm" c="teal.8" p="sm">
        <Trans>Nothing is wrong with this flow.</Trans>
      </Text>
    );
  }
  return (
    <Stack component="ul" gap={4} p="sm" m={0} style={{ listStyle: 'none' }}>
      {problems.map((problem, index) => (
        <li key={`${index} ${problem.code}`}>
          <UnstyledButton onClick={() => onOpen(problem.node)} w="100%" fz="sm">
            <Group gap="xs" wrap="nowrap" align="flex-start">
              <Badge size="sm" color={problem.severity === 'error' ? 'red' : 'yellow'} style={{ flexShrink: 0 }}>
                {problem.severity === 'error' ? <Trans>Error</Trans> : <Trans>Warning</Trans>}
              </Badge>
              <span>
                <strong>{nameOf(problem.node)}</strong> {flowProblemText(i18n, flow, problem)}
              </span>
            </Group>
          </UnstyledButton>
        </li>
      ))}
    </Stack>
  );
}
