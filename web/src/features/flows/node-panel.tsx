import { Alert, Badge, Button, Divider, Group, NativeSelect, Stack, Text, TextInput, Title } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconCopy, IconFlag, IconTrash } from '@tabler/icons-react';
import { exitsOf } from '../../../../shared/flow/exits.ts';
import { variablesOf } from '../../../../shared/flow/lint-nodes.ts';
import type { Flow, FlowNode } from '../../../../shared/flow/nodes.ts';
import type { FlowProblem } from '../../../../shared/flow/problems.ts';
import { BUILT_IN_VARIABLES } from '../../../../shared/flow/variables.ts';
import { exitText } from './exit-text.ts';
import type { DraftAction } from './flow-draft.ts';
import { CollectForm, ConsentForm, MenuForm } from './forms/asking-forms.tsx';
import { CalendarForm, ConditionForm, CustomerForm, HttpForm, QueueForm, SetForm } from './forms/decide-forms.tsx';
import { DialForm, FlowChoiceForm, HangupForm } from './forms/leave-forms.tsx';
import { PlayForm, SayForm, MailboxForm, VoicemailForm, WithheldForm } from './forms/sound-forms.tsx';
import { useNodeName } from './node-name.ts';
import { flowProblemText } from './problem-texts.ts';
import type { References } from './use-references.ts';
import { VERBS } from './verbs.ts';

interface Props {
  flow: Flow;
  id: string;
  node: FlowNode;
  problems: readonly FlowProblem[];
  references: References;
  dispatch: (action: DraftAction) => void;
  onCopy: () => void;
}

/** Everything about one node: its name, its settings, where its branches lead, what is wrong with it. */
export function NodePanel({ flow, id, node, problems, references, dispatch, onCopy }: Props) {
  const { t, i18n } = useLingui();
  const { label, hint, icon: Icon, color } = VERBS[node.verb];
  return (
    <Stack gap="sm" p="sm">
      <Group gap="xs" wrap="nowrap">
        <Icon size={22} color={`var(--mantine-color-${color}-7)`} aria-hidden />
        <Title order={2} size="h5">
          {i18n._(label)}
        </Title>
        {flow.start === id && (
          <Badge color="teal" size="sm">
            <Trans>Start</Trans>
          </Badge>
        )}
      </Group>
      <Text size="xs" c="dimmed">
        {i18n._(hint)} ({id})
      </Text>
      {problems.map((problem) => (
        <Alert key={`${problem.code} ${problem.detail}`} color={problem.severity === 'error' ? 'red' : 'yellow'} p="xs">
          {flowProblemText(i18n, flow, problem)}
        </Alert>
      ))}
      <TextInput label={t`Name in the drawing`} value={flow.view?.[id]?.title ?? ''} placeholder={i18n._(label)} onChange={(event) => dispatch({ do: 'rename', id, title: event.currentTarget.value })} maxLength={60} />
      <VerbForm flow={flow} node={node} references={references} onChange={(next) => dispatch({ do: 'change', id, node: next })} />
      <BranchFields flow={flow} id={id} node={node} dispatch={dispatch} />
      <Divider />
      <Group gap="xs">
        <Button size="compact-sm" variant="default" leftSection={<IconFlag size={14} aria-hidden />} disabled={flow.start === id} onClick={() => dispatch({ do: 'start', id })}>
          <Trans>Begin here</Trans>
        </Button>
        <Button size="compact-sm" variant="default" leftSection={<IconCopy size={14} aria-hidden />} onClick={onCopy}>
          <Trans>Copy</Trans>
        </Button>
        <Button size="compact-sm" variant="light" color="red" leftSection={<IconTrash size={14} aria-hidden />} onClick={() => dispatch({ do: 'remove', ids: [id] })}>
          <Trans>Delete</Trans>
        </Button>
      </Group>
    </Stack>
  );
}

/** Where each branch leads: the keyboard's way to draw a line. */
export function BranchFields({ flow, id, node, dispatch }: Pick<Props, 'flow' | 'id' | 'node' | 'dispatch'>) {
  const { t, i18n } = useLingui();
  const nameOf = useNodeName(flow);
  const exits = exitsOf(node);
  if (exits.length === 0) return null;
  const options = [{ value: '', label: t`— not connected —` }, ...Object.keys(flow.nodes).map((target) => ({ value: target, label: nameOf(target) }))];
  return (
    <Stack gap={6} component="fieldset" p={0} m={0} style={{ border: 0 }}>
      <Text component="legend" size="sm" fw={500} mb={4}>
        <Trans>Branches</Trans>
      </Text>
      {exits.map(({ key, target }) => (
        <NativeSelect key={key} size="xs" label={exitText(i18n, node, key)} data={options} value={target} error={target === ''} onChange={(event) => dispatch({ do: 'connect', id, key, target: event.currentTarget.value })} />
      ))}
    </Stack>
  );
}

function VerbForm({ flow, node, references, onChange }: { flow: Flow; node: FlowNode; references: References; onChange: (node: FlowNode) => void }) {
  const common = { references, onChange };
  switch (node.verb) {
    case 'play':
      return <PlayForm node={node} {...common} />;
    case 'say':
      return <SayForm node={node} {...common} />;
    case 'menu':
      return <MenuForm node={node} {...common} />;
    case 'collect':
      return <CollectForm node={node} {...common} />;
    case 'consent':
      return <ConsentForm node={node} {...common} />;
    case 'hours':
    case 'holiday':
      return <CalendarForm node={node} {...common} />;
    case 'condition':
      return <ConditionForm node={node} {...common} names={[...variablesOf(flow)].filter((name) => !(BUILT_IN_VARIABLES as readonly string[]).includes(name))} />;
    case 'customer':
      return <CustomerForm node={node} {...common} />;
    case 'http':
      return <HttpForm node={node} {...common} />;
    case 'set':
      return <SetForm node={node} {...common} />;
    case 'queue':
      return <QueueForm node={node} {...common} />;
    case 'mailbox':
      return <MailboxForm node={node} {...common} />;
    case 'voicemail':
      return <VoicemailForm node={node} {...common} />;
    case 'dial':
      return <DialForm node={node} {...common} />;
    case 'withheld':
      return <WithheldForm node={node} {...common} />;
    case 'subflow':
    case 'goto':
      return <FlowChoiceForm node={node} {...common} />;
    case 'hangup':
      return <HangupForm node={node} {...common} />;
    case 'answer':
    case 'return':
    case 'echo':
      return null;
  }
}
