import { Button, Card, Group, Select, Stack, Text, Title } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconClipboardCheck, IconScale } from '@tabler/icons-react';
import { useState } from 'react';
import { listEvaluations } from '../../../../shared/api/evaluations.ts';
import { call } from '../../lib/api.ts';
import { useSession } from '../../lib/session.ts';
import { useList } from '../../records/use-list.ts';
import { CalibrateDialog } from './calibrate-dialog.tsx';
import { EvaluationTable } from './evaluation-table.tsx';
import { useEvaluate } from './use-evaluate.ts';
import { useUsableSheets } from './use-sheets.ts';

/** The evaluations of one call, and a new one. */
export function CallEvaluations({ callId, agentId }: { callId: string; agentId: string | null }) {
  const { can, user } = useSession();
  const list = useList([listEvaluations.id, 'call', callId], (cursor, signal) => call(listEvaluations, { query: { callId, ...(cursor === undefined ? {} : { cursor }) } }, signal), { enabled: can('quality.read.own') });
  const evaluations = list.items ?? [];
  const mayEvaluate = can('quality.evaluate') && agentId !== null && agentId !== user?.id;
  if (!mayEvaluate && evaluations.length === 0) return null;
  return (
    <Card withBorder padding="md">
      <Stack gap="sm">
        <Title order={2} size="h4">
          <Trans>Evaluations</Trans>
        </Title>
        {evaluations.length > 0 ? (
          <EvaluationTable evaluations={evaluations} />
        ) : (
          <Text size="sm" c="dimmed">
            <Trans>This call is not evaluated yet.</Trans>
          </Text>
        )}
        {mayEvaluate && (
          <Group gap="md" align="flex-end" justify="space-between">
            <Begin callId={callId} used={evaluations.map(({ sheetId }) => sheetId)} />
            {can('quality.manage') && <Calibrate callId={callId} agentId={agentId} />}
          </Group>
        )}
      </Stack>
    </Card>
  );
}

function Calibrate({ callId, agentId }: { callId: string; agentId: string }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant="default" leftSection={<IconScale size={18} aria-hidden />} onClick={() => setOpen(true)}>
        <Trans>Calibrate with this call</Trans>
      </Button>
      {open && <CalibrateDialog callId={callId} agentId={agentId} onClose={() => setOpen(false)} />}
    </>
  );
}

/** @param used sheets that the call has an evaluation with already */
function Begin({ callId, used }: { callId: string; used: readonly string[] }) {
  const { t } = useLingui();
  const evaluate = useEvaluate();
  const [sheetId, setSheetId] = useState<string | null>(null);
  const sheets = useUsableSheets().filter(({ id }) => !used.includes(id));
  const chosen = sheetId ?? sheets[0]?.id ?? null;
  return (
    <Group gap="xs" align="flex-end">
      <Select label={t`Score sheet`} placeholder={t`Publish a score sheet first`} w={260} allowDeselect={false} data={sheets.map(({ id, name }) => ({ value: id, label: name }))} value={chosen} onChange={setSheetId} />
      <Button variant="default" leftSection={<IconClipboardCheck size={18} aria-hidden />} disabled={chosen === null} loading={evaluate.isPending} onClick={() => chosen !== null && evaluate.mutate({ callId, sheetId: chosen })}>
        <Trans>Evaluate this call</Trans>
      </Button>
    </Group>
  );
}
