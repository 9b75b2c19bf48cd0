import { Button, Card, Code, Collapse, Group, Stack, Text, Title, UnstyledButton } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconChevronDown, IconChevronRight, IconDownload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type CSSProperties, useState } from 'react';
import { getCallSip, type SipMessageView } from '../../../../shared/api/calls.ts';
import { ErrorState, PageLoading } from '../../components/list-states.tsx';
import { call } from '../../lib/api.ts';
import { useSession } from '../../lib/session.ts';
import { saveFile } from '../../records/save-file.ts';
import { ladderOf, ladderText, type LadderStep } from './ladder.ts';
import classes from './sip-ladder.module.css';

/** Readable on white and on dark, and not told apart by colour alone: the label names the message. */
const COLORS: Record<LadderStep['kind'], string> = {
  request: 'var(--mantine-color-blue-text)',
  provisional: 'var(--mantine-color-dimmed)',
  success: 'var(--mantine-color-green-text)',
  failure: 'var(--mantine-color-red-text)',
};

/** The SIP messages of a call as a ladder diagram; read only when somebody opens it. */
export function SipLadder({ callId, isLive }: { callId: string; isLive: boolean }) {
  const { can } = useSession();
  const [open, setOpen] = useState(false);
  if (!can('call.read.all')) return null;
  return (
    <Card withBorder padding="md">
      <Group justify="space-between">
        <Title order={2} size="h4">
          <Trans>SIP messages</Trans>
        </Title>
        <Button
          variant="subtle"
          size="compact-sm"
          aria-expanded={open}
          leftSection={open ? <IconChevronDown size={16} aria-hidden /> : <IconChevronRight size={16} aria-hidden />}
          onClick={() => setOpen(!open)}
        >
          {open ? <Trans>Close</Trans> : <Trans>Show</Trans>}
        </Button>
      </Group>
      {open && <LadderBody callId={callId} isLive={isLive} />}
    </Card>
  );
}

function LadderBody({ callId, isLive }: { callId: string; isLive: boolean }) {
  const query = useQuery({
    queryKey: [getCallSip.id, callId],
    queryFn: ({ signal }) => call(getCallSip, { params: { id: callId } }, signal),
    refetchInterval: isLive ? 2_000 : false,
  });
  if (query.isPending) return <PageLoading />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const { messages } = query.data;
  if (messages.length === 0) {
    return (
      <Text size="sm" c="dimmed" mt="sm">
        <Trans>No SIP messages are kept for this call: calls from the web have none, those of telephones are kept for seven days.</Trans>
      </Text>
    );
  }
  return <Diagram callId={callId} messages={messages} />;
}

function Diagram({ callId, messages }: { callId: string; messages: SipMessageView[] }) {
  const { participants, steps } = ladderOf(messages);
  const [shown, setShown] = useState<number | null>(null);
  const columns = { '--columns': participants.length } as CSSProperties;
  return (
    <Stack gap="xs" mt="sm">
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          <Trans>Choose an arrow to read the message.</Trans>
        </Text>
        <Button
          variant="default"
          size="compact-sm"
          leftSection={<IconDownload size={16} aria-hidden />}
          onClick={() => saveFile(new Blob([ladderText(messages)], { type: 'text/plain' }), `sip-${callId}.txt`)}
        >
          <Trans>Save as text</Trans>
        </Button>
      </Group>
      <div className={classes.scroll} tabIndex={0} role="group">
        <div className={classes.ladder} style={columns}>
          <div className={classes.row}>
            <span />
            <div className={classes.heads}>
              {participants.map((participant) => (
                <span key={participant ?? ''} className={classes.head}>
                  {participant ?? <Trans>This system</Trans>}
                </span>
              ))}
            </div>
          </div>
          {steps.map((step) => (
            <Step
              key={step.index}
              step={step}
              text={messages[step.index]?.text ?? ''}
              isOpen={shown === step.index}
              onToggle={() => setShown(shown === step.index ? null : step.index)}
            />
          ))}
        </div>
      </div>
    </Stack>
  );
}

interface StepProps {
  step: LadderStep;
  text: string;
  isOpen: boolean;
  onToggle: () => void;
}

function Step({ step, text, isOpen, onToggle }: StepProps) {
  const { t } = useLingui();
  const isRight = step.to > step.from;
  const place = { '--from': Math.min(step.from, step.to), '--to': Math.max(step.from, step.to), color: COLORS[step.kind] } as CSSProperties;
  const notes = [step.method === '' ? '' : `(${step.method})`, step.hasSdp ? 'SDP' : '', step.isRepeat ? t`again` : ''].filter((note) => note !== '');
  return (
    <>
      <UnstyledButton className={classes.row} aria-expanded={isOpen} onClick={onToggle}>
        <Text span size="xs" c="dimmed" className="scc-digits">
          {`+${(step.offsetMs / 1000).toFixed(3)}`}
        </Text>
        <span className={classes.lane}>
          <span className={classes.label} style={place}>
            {[step.label, ...notes].join(' ')}
          </span>
          <span className={`${classes.arrow} ${isRight ? classes.rightward : classes.leftward}`} style={place} />
        </span>
      </UnstyledButton>
      <Collapse expanded={isOpen}>
        <Code block className={classes.message}>
          {text}
        </Code>
      </Collapse>
    </>
  );
}
