import { Button, Group, NumberInput, Select, Stack, Table, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconArrowsShuffle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Call } from '../../../../shared/api/calls.ts';
import { sampleCalls } from '../../../../shared/api/evaluations.ts';
import { EmptyState, ErrorState, LoadingRows } from '../../components/list-states.tsx';
import { call } from '../../lib/api.ts';
import { CallerText } from '../../records/caller-text.tsx';
import { AgentSelect } from '../../records/filter-inputs.tsx';
import { FormDialog } from '../../records/form-dialog.tsx';
import { CallLink } from '../../records/links.tsx';
import { Columns, TableFrame } from '../../records/table-frame.tsx';
import { durationText, exactTimeText } from '../../records/times.ts';
import { useEvaluate } from './use-evaluate.ts';
import { useUsableSheets } from './use-sheets.ts';

const FIRST = { agentId: null as string | null, count: 5, days: 30, minSeconds: 30 };

/** Recorded calls that nobody has evaluated, chosen at random: so nobody picks the best or the worst. */
export function SampleDialog({ onClose }: { onClose: () => void }) {
  const { t } = useLingui();
  const [wish, setWish] = useState(FIRST);
  const [asked, setAsked] = useState<(typeof FIRST & { turn: number }) | null>(null);
  const [sheetId, setSheetId] = useState<string | null>(null);
  const sheets = useUsableSheets();
  const chosen = sheetId ?? sheets[0]?.id ?? null;
  const set = (part: Partial<typeof FIRST>) => setWish({ ...wish, ...part });
  return (
    <FormDialog size="lg" onClose={onClose} title={<Trans>Choose calls to evaluate</Trans>}>
      <Stack gap="md">
        <Group gap="sm" align="flex-end">
          <AgentSelect value={wish.agentId} onChange={(agentId) => set({ agentId })} />
          <NumberInput label={t`How many`} w={100} min={1} max={50} allowDecimal={false} value={wish.count} onChange={(value) => set({ count: Math.max(1, Number(value) || 1) })} />
          <NumberInput label={t`Of the last days`} w={130} min={1} max={366} allowDecimal={false} value={wish.days} onChange={(value) => set({ days: Math.max(1, Number(value) || 1) })} />
          <NumberInput label={t`Talked at least (s)`} w={150} min={0} max={3600} allowDecimal={false} value={wish.minSeconds} onChange={(value) => set({ minSeconds: Number(value) || 0 })} />
          <Button leftSection={<IconArrowsShuffle size={18} aria-hidden />} onClick={() => setAsked({ ...wish, turn: (asked?.turn ?? 0) + 1 })}>
            <Trans>Choose at random</Trans>
          </Button>
        </Group>
        <Select
          label={t`Score sheet`}
          placeholder={t`Publish a score sheet first`}
          w={280}
          allowDeselect={false}
          data={sheets.map(({ id, name }) => ({ value: id, label: name }))}
          value={chosen}
          onChange={setSheetId}
        />
        {asked === null ? (
          <Text size="sm" c="dimmed">
            <Trans>Only recorded calls without any evaluation are chosen, and none of your own.</Trans>
          </Text>
        ) : (
          <Sample wish={asked} sheetId={chosen} />
        )}
      </Stack>
    </FormDialog>
  );
}

/** `turn` counts the presses: each makes a new choice, also with the same wishes. */
function Sample({ wish: { agentId, turn, ...rest }, sheetId }: { wish: typeof FIRST & { turn: number }; sheetId: string | null }) {
  const sample = useQuery({
    queryKey: [sampleCalls.id, agentId, rest, turn],
    queryFn: ({ signal }) => call(sampleCalls, { query: { ...rest, ...(agentId === null ? {} : { agentId }) } }, signal),
    // Chosen once: a call that is looked at meanwhile must not vanish.
    staleTime: Infinity,
    gcTime: 0,
  });
  if (sample.isPending) return <LoadingRows rows={3} />;
  if (sample.isError) return <ErrorState error={sample.error} onRetry={() => void sample.refetch()} />;
  if (sample.data.items.length === 0) return <EmptyState title={<Trans>No such calls</Trans>} hint={<Trans>Try more days or a shorter talk.</Trans>} />;
  return <SampleTable calls={sample.data.items} sheetId={sheetId} />;
}

function SampleTable({ calls, sheetId }: { calls: readonly Call[]; sheetId: string | null }) {
  const { i18n, t } = useLingui();
  const evaluate = useEvaluate();
  return (
    <TableFrame minWidth={560}>
      <Table fz="sm" verticalSpacing={4}>
        <Columns actions>
          <Trans>Started</Trans>
          <Trans>Agent</Trans>
          <Trans>Caller</Trans>
          <Table.Th ta="right">
            <Trans>Talked</Trans>
          </Table.Th>
        </Columns>
        <Table.Tbody>
          {calls.map((item) => {
            const started = exactTimeText(item.startedAt, i18n.locale);
            return (
              <Table.Tr key={item.id}>
                <Table.Td style={{ whiteSpace: 'nowrap' }}>
                  <CallLink id={item.id}>{started}</CallLink>
                </Table.Td>
                <Table.Td>{item.agentName}</Table.Td>
                <Table.Td>
                  <CallerText item={item} />
                </Table.Td>
                <Table.Td ta="right">{durationText(item.talkMs)}</Table.Td>
                <Table.Td>
                  <Button size="compact-sm" disabled={sheetId === null || evaluate.isPending} aria-label={t`Evaluate the call of ${started}`} onClick={() => sheetId !== null && evaluate.mutate({ callId: item.id, sheetId })}>
                    <Trans>Evaluate</Trans>
                  </Button>
                </Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </TableFrame>
  );
}
