import type { I18n } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { Group, Stack, Text, UnstyledButton } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import type { RunStep } from '../../../../shared/api/flow-runs.ts';
import { exitsOf } from '../../../../shared/flow/exits.ts';
import type { Flow, FlowNode } from '../../../../shared/flow/nodes.ts';
import { formatDuration } from '../../lib/format.ts';
import { exitText } from './exit-text.ts';
import { useNodeName } from './node-name.ts';

/** @param node where it happened, when that is one of the flow's own */
export function stepText(i18n: I18n, { kind, text }: RunStep, node: FlowNode | undefined): string {
  switch (kind) {
    case 'heard':
      return i18n._(msg`♪ ${text}`);
    case 'did':
      return text.startsWith('key ') ? i18n._(msg`Caller presses ${text.slice(4)}`) : i18n._(msg`Time passes`);
    case 'ended':
      if (text === 'draft_time_over') return i18n._(msg`The time for a test call is over`);
      if (text === 'agent') return i18n._(msg`An agent has the call`);
      return text === 'caller' ? i18n._(msg`The caller hung up`) : i18n._(msg`The flow hung up`);
    case 'told':
      if (text.startsWith('key ')) return i18n._(msg`Key ${text.slice(4)}`);
      return node && exitsOf(node).some(({ key }) => key === text) ? exitText(i18n, node, text) : text;
    case 'reached':
      return text;
  }
}

/** What happened in a test run or a call to the draft, from top to bottom. */
export function RunSteps({ flow, steps, onOpen }: { flow: Flow; steps: readonly RunStep[]; onOpen: (node: string) => void }) {
  const { t, i18n } = useLingui();
  const nameOf = useNodeName(flow);
  return (
    <Stack component="ol" gap={2} p={0} m={0} style={{ listStyle: 'none' }} aria-label={t`Course of the call`}>
      {steps.map((step, index) => (
        <li key={index}>
          {step.kind === 'reached' ? (
            <UnstyledButton onClick={() => onOpen(step.node)} fz="sm" fw={600} mt={4}>
              {nameOf(step.node)}
            </UnstyledButton>
          ) : (
            <Group gap={6} wrap="nowrap" pl="md" align="flex-start">
              <Text size="xs" c="dimmed" className="scc-digits" style={{ flexShrink: 0 }}>
                {formatDuration(step.atMs)}
              </Text>
              <Text size="xs" style={{ overflowWrap: 'anywhere' }}>
                {stepText(i18n, step, flow.nodes[step.node])}
              </Text>
            </Group>
          )}
        </li>
      ))}
    </Stack>
  );
}
