import { Button, Card, DataList, Grid, Group, Select, Stack, Text, Textarea, Timeline, Title } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconCheck, IconFileText, IconRotate } from '@tabler/icons-react';
import { useParams } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { addMeasure, getIncident, type Incident, listIncidents, updateIncident } from '../../../../shared/api/incidents.ts';
import { call } from '../../lib/api.ts';
import { formatDateTime } from '../../lib/format.ts';
import { useSession } from '../../lib/session.ts';
import { useActorName } from '../../records/actor-name.ts';
import { LeaveGuard } from '../../records/leave-guard.tsx';
import { BackLink, CallLink, CustomerLink } from '../../records/links.tsx';
import { OvertakenNote } from '../../records/overtaken-note.tsx';
import { PageHead } from '../../records/page-head.tsx';
import { RecordMeta } from '../../records/record-meta.tsx';
import { RecordPage } from '../../records/record-page.tsx';
import { useDraft } from '../../records/use-draft.ts';
import { useOne } from '../../records/use-one.ts';
import { useSave } from '../../records/use-save.ts';
import { useCategoryWords } from './incident-words.ts';
import { StateTag } from './incidents-page.tsx';

/** One file: what happened, in which call, what was done. */
export default function IncidentPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const query = useOne([getIncident.id, id], (signal) => call(getIncident, { params: { id } }, signal));
  const back = (
    <BackLink to="/incidents">
      <Trans>Harassment files</Trans>
    </BackLink>
  );
  return (
    <RecordPage query={query} title={<Trans>Harassment file</Trans>} back={back}>
      {(incident) => (
        <Stack gap="md">
          <PageHead
            back={back}
            title={
              <Group gap="sm" component="span">
                <Trans>Harassment file #{incident.number}</Trans>
                <StateTag status={incident.status} />
              </Group>
            }
          >
            <CloseButton incident={incident} />
          </PageHead>
          <Grid gap="md">
            <Grid.Col span={{ base: 12, md: 6 }}>
              <Facts key={incident.id} incident={incident} />
            </Grid.Col>
            <Grid.Col span={{ base: 12, md: 6 }}>
              <Measures incident={incident} />
            </Grid.Col>
          </Grid>
          <RecordMeta record={incident} />
        </Stack>
      )}
    </RecordPage>
  );
}

const REFRESH = [getIncident.id, listIncidents.id];

function CloseButton({ incident }: { incident: Incident }) {
  const { t } = useLingui();
  const { can } = useSession();
  const isOpen = incident.status === 'open';
  const save = useSave({
    run: () => call(updateIncident, { params: { id: incident.id }, body: { status: isOpen ? 'closed' : 'open' } }),
    refresh: REFRESH,
    done: isOpen ? t`The file is closed` : t`The file is open again`,
  });
  if (!can('call.supervise')) return null;
  return (
    <Button variant="default" loading={save.isPending} leftSection={isOpen ? <IconCheck size={18} aria-hidden /> : <IconRotate size={18} aria-hidden />} onClick={() => save.mutate(undefined)}>
      {isOpen ? <Trans>Close the file</Trans> : <Trans>Open the file again</Trans>}
    </Button>
  );
}

type FactsDraft = Pick<Incident, 'category' | 'summary'>;

/** Measures and the state of the file are saved beside: what was typed here stays. */
const FACTS = {
  draftOf: ({ category, summary }: Incident): FactsDraft => ({ category, summary }),
  sent: ({ category, summary }: FactsDraft): FactsDraft => ({ category, summary: summary.trim() }),
};

function Facts({ incident }: { incident: Incident }) {
  const { t, i18n } = useLingui();
  const { can } = useSession();
  const words = useCategoryWords();
  const form = useDraft<Incident, FactsDraft>(incident, FACTS);
  const { category, summary } = form.draft;
  const save = useSave({
    run: (body: FactsDraft) => call(updateIncident, { params: { id: incident.id }, body }),
    refresh: REFRESH,
    done: t`The file is saved`,
    onDone: (_saved, body) => form.saved(body),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(FACTS.sent(form.draft));
  };
  const mayChange = can('call.supervise');
  const options = Object.entries(words).map(([value, label]) => ({ value, label }));
  return (
    <Card withBorder padding="md">
      <Stack gap="sm">
        <DataList labelWidth={120}>
          <DataList.Item>
            <DataList.ItemLabel>
              <Trans>Date and time</Trans>
            </DataList.ItemLabel>
            <DataList.ItemValue>{formatDateTime(incident.occurredAt, i18n.locale)}</DataList.ItemValue>
          </DataList.Item>
          <DataList.Item>
            <DataList.ItemLabel>
              <Trans>Agent</Trans>
            </DataList.ItemLabel>
            <DataList.ItemValue>{incident.agentName}</DataList.ItemValue>
          </DataList.Item>
          <DataList.Item>
            <DataList.ItemLabel>
              <Trans>Customer</Trans>
            </DataList.ItemLabel>
            <DataList.ItemValue>{incident.customerId === null ? '–' : <CustomerLink id={incident.customerId}>{incident.customerName}</CustomerLink>}</DataList.ItemValue>
          </DataList.Item>
          <DataList.Item>
            <DataList.ItemLabel>
              <Trans>Call</Trans>
            </DataList.ItemLabel>
            <DataList.ItemValue>
              <CallLink id={incident.callId}>
                <Trans>Steps and recording of the call</Trans>
              </CallLink>
            </DataList.ItemValue>
          </DataList.Item>
        </DataList>
        <form onSubmit={submit}>
          <Stack gap="sm">
            <LeaveGuard dirty={form.dirty && !save.isPending} />
            {form.overtaken && <OvertakenNote onFollow={form.undo} />}
            <Select label={t`Kind`} data={options} value={category} onChange={(next) => next !== null && form.setDraft({ category: next as Incident['category'], summary })} allowDeselect={false} disabled={!mayChange} />
            <Textarea label={t`What happened`} value={summary} onChange={(event) => form.setDraft({ category, summary: event.currentTarget.value })} autosize minRows={4} maxLength={10_000} readOnly={!mayChange} />
            {mayChange && (
              <Group justify="flex-end">
                <Button type="submit" loading={save.isPending} disabled={!form.dirty}>
                  <Trans>Save</Trans>
                </Button>
              </Group>
            )}
          </Stack>
        </form>
      </Stack>
    </Card>
  );
}

function Measures({ incident }: { incident: Incident }) {
  const { t, i18n } = useLingui();
  const actorName = useActorName();
  const [text, setText] = useState('');
  const save = useSave({
    run: () => call(addMeasure, { params: { id: incident.id }, body: { text: text.trim() } }),
    refresh: REFRESH,
    done: t`Added`,
    onDone: () => setText(''),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== '') save.mutate(undefined);
  };
  return (
    <Card withBorder padding="md" component="section" aria-label={t`Measures taken`}>
      <Stack gap="sm">
        <Title order={2} size="h4">
          <Trans>Measures taken</Trans>
        </Title>
        {incident.measures.length === 0 ? (
          <Text size="sm" c="dimmed">
            <Trans>Nothing is recorded yet.</Trans>
          </Text>
        ) : (
          <Timeline bulletSize={24} lineWidth={2}>
            {incident.measures.map((measure, index) => (
              <Timeline.Item key={index} bullet={<IconFileText size={14} aria-hidden />} title={<Text size="sm" fw={600}>{`${formatDateTime(measure.at, i18n.locale)} · ${actorName(measure.by)}`}</Text>}>
                <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
                  {measure.text}
                </Text>
              </Timeline.Item>
            ))}
          </Timeline>
        )}
        <form onSubmit={submit}>
          <Stack gap="xs">
            <Textarea label={t`What was done`} description={t`Kept with time and name; it cannot be changed afterwards`} value={text} onChange={(event) => setText(event.currentTarget.value)} autosize minRows={2} maxLength={5000} />
            <Group justify="flex-end">
              <Button type="submit" variant="default" loading={save.isPending} disabled={text.trim() === ''}>
                <Trans>Add</Trans>
              </Button>
            </Group>
          </Stack>
        </form>
      </Stack>
    </Card>
  );
}
