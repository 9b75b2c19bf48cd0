import { Badge, Button, Card, Group, Stack, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconPencil } from '@tabler/icons-react';
import type { FlowProblem } from '../../../../shared/flow/problems.ts';
import { readingOrder } from './auto-layout.ts';
import type { DraftAction, FlowDraft } from './flow-draft.ts';
import { useNodeName } from './node-name.ts';
import { BranchFields } from './node-panel.tsx';
import type { Trace } from './trace.ts';
import { VERBS } from './verbs.ts';

interface Props {
  draft: FlowDraft;
  problems: readonly FlowProblem[];
  /** The way of the call that is tried. */
  trace: Trace;
  dispatch: (action: DraftAction) => void;
}

/** The flow as a list in reading order: the same as the drawing, for keyboards, screen readers and small screens. */
export function FlowOutline({ draft, problems, trace, dispatch }: Props) {
  const { t, i18n } = useLingui();
  const { flow, selected } = draft;
  const nameOf = useNodeName(flow);
  return (
    <Stack component="ol" gap="xs" p="sm" m={0} style={{ listStyle: 'none' }} aria-label={t`Steps of the flow`}>
      {readingOrder(flow).map((id, index) => {
        const node = flow.nodes[id];
        if (!node) return null;
        const { icon: Icon, color, label } = VERBS[node.verb];
        const faults = problems.filter((problem) => problem.node === id).length;
        return (
          <Card key={id} component="li" withBorder padding="sm" aria-current={selected.includes(id) ? 'true' : undefined} bg={trace.path.includes(id) ? 'teal.0' : selected.includes(id) ? 'navy.0' : 'white'}>
            <Group justify="space-between" gap="xs" align="flex-start">
              <Group gap="xs" wrap="nowrap" miw={0}>
                <Icon size={20} color={`var(--mantine-color-${color}-7)`} aria-hidden />
                <Stack gap={0} miw={0}>
                  <Text fw={600} size="sm" style={{ overflowWrap: 'anywhere' }}>
                    {index + 1}. {nameOf(id)}
                  </Text>
                  <Text size="xs" c="dimmed">
                    {i18n._(label)}
                  </Text>
                  {trace.outcomes.has(id) && (
                    <Text size="xs" c="teal.9" style={{ overflowWrap: 'anywhere' }}>
                      {trace.outcomes.get(id)}
                    </Text>
                  )}
                </Stack>
              </Group>
              <Group gap={6} wrap="nowrap">
                {flow.start === id && (
                  <Badge color="teal" size="sm">
                    <Trans>Start</Trans>
                  </Badge>
                )}
                {faults > 0 && (
                  <Badge color="red" size="sm">
                    <Trans>{faults} problems</Trans>
                  </Badge>
                )}
                <Button size="compact-sm" variant="default" aria-label={t`Edit ${nameOf(id)}`} leftSection={<IconPencil size={14} aria-hidden />} onClick={() => dispatch({ do: 'select', ids: [id] })}>
                  <Trans>Edit</Trans>
                </Button>
              </Group>
            </Group>
            <BranchFields flow={flow} id={id} node={node} dispatch={dispatch} />
          </Card>
        );
      })}
    </Stack>
  );
}
