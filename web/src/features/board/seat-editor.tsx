import { Box, Button, Card, Group, NumberInput, Select, Stack, Text, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconArrowBackUp, IconArmchair, IconTrash } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { deleteSeatMap, listSeatMaps, MOST_SEATS_ACROSS, saveSeatMap, type SeatMap } from '../../../../shared/api/seat-maps.ts';
import type { AgentView } from '../../../../shared/events.ts';
import { call } from '../../lib/api.ts';
import { LeaveGuard } from '../../records/leave-guard.tsx';
import { OvertakenNote } from '../../records/overtaken-note.tsx';
import { RemoveQuestion } from '../../records/remove-question.tsx';
import { useDraft } from '../../records/use-draft.ts';
import { useSave } from '../../records/use-save.ts';
import { assignSeat, draftOf, labelSeat, leastSize, type Place, removeSeat, resize, seatAt, type SeatDraft } from './seat-draft.ts';
import { EditGrid } from './seat-edit-grid.tsx';

interface Props {
  map: SeatMap;
  agents: readonly AgentView[];
  onClose: () => void;
}

/** Steps that can be taken back. */
const REMEMBERED = 50;

const sent = (draft: SeatDraft) => ({ ...draft, name: draft.name.trim(), seats: [...draft.seats] });
const RULES = { draftOf, sent };

/**
 * Arranges one room: seats by mouse or keyboard, who sits there, its size. Nothing is saved before "Save", and what somebody else
 * saves meanwhile takes nothing away from what is on the screen.
 */
export function SeatEditor({ map, agents, onClose }: Props) {
  const { t } = useLingui();
  const client = useQueryClient();
  const form = useDraft<SeatMap, SeatDraft>(map, RULES);
  const { draft } = form;
  const [past, setPast] = useState<readonly SeatDraft[]>([]);
  const [at, setAt] = useState<Place | null>(null);
  const [asking, setAsking] = useState(false);
  const change = (next: SeatDraft): void => {
    if (next === draft) return;
    setPast([...past, draft].slice(-REMEMBERED));
    form.setDraft(next);
  };
  const undo = (): void => {
    const before = past.at(-1);
    if (!before) return;
    setPast(past.slice(0, -1));
    form.setDraft(before);
  };
  const follow = (): void => {
    setPast([]);
    form.undo();
  };
  // Refused because somebody else was first: theirs is read, so that the note can say so and the next "Save" is against it.
  const put = () =>
    call(saveSeatMap, { params: { id: map.id }, body: { ...sent(draft), version: map.version } }).catch((error: unknown) => {
      void client.invalidateQueries({ queryKey: [listSeatMaps.id] });
      throw error;
    });
  const save = useSave({ run: put, refresh: [listSeatMaps.id], done: t`Saved`, onDone: onClose });
  const remove = useSave({ run: () => call(deleteSeatMap, { params: { id: map.id } }), refresh: [listSeatMaps.id], done: t`Removed`, onDone: onClose });
  const { name } = map;
  return (
    <Stack gap="sm">
      <LeaveGuard dirty={form.dirty && !save.isPending} />
      {form.overtaken && <OvertakenNote onFollow={follow} />}
      <RoomFields draft={draft} onChange={change} />
      <Group gap="xs">
        <Button loading={save.isPending} disabled={draft.name.trim() === ''} onClick={() => save.mutate(undefined)}>
          <Trans>Save</Trans>
        </Button>
        <Button variant="default" onClick={onClose}>
          <Trans>Cancel</Trans>
        </Button>
        <Button variant="default" leftSection={<IconArrowBackUp size={16} aria-hidden />} disabled={past.length === 0} onClick={undo}>
          <Trans>Undo</Trans>
        </Button>
        <Button variant="subtle" color="red" leftSection={<IconTrash size={16} aria-hidden />} onClick={() => setAsking(true)}>
          <Trans>Remove the room</Trans>
        </Button>
      </Group>
      <Text size="sm" c="dimmed">
        <Trans>Press an empty place to add a seat. Drag a seat, or move it with the arrow keys; Delete removes it, Ctrl + Z takes the last step back.</Trans>
      </Text>
      <Box
        onKeyDown={(event) => {
          if (event.key !== 'z' || !(event.ctrlKey || event.metaKey)) return;
          event.preventDefault();
          undo();
        }}
      >
        <EditGrid draft={draft} agents={agents} at={at} onSelect={setAt} onChange={change} />
      </Box>
      {at && seatAt(draft, at) && <SeatFields key={`${at.column} ${at.row}`} draft={draft} place={at} agents={agents} onChange={change} onRemove={() => change(removeSeat(draft, at))} />}
      {asking && (
        <RemoveQuestion title={<Trans>Remove the room {name}?</Trans>} busy={remove.isPending} onRemove={() => remove.mutate(undefined)} onClose={() => setAsking(false)}>
          <Trans>Its seats go with it. Agents stay as they are.</Trans>
        </RemoveQuestion>
      )}
    </Stack>
  );
}

function RoomFields({ draft, onChange }: { draft: SeatDraft; onChange: (draft: SeatDraft) => void }) {
  const { t } = useLingui();
  const least = leastSize(draft);
  return (
    <Group gap="sm" align="flex-end">
      <TextInput label={t`Name of the room`} value={draft.name} maxLength={50} required onChange={(event) => onChange({ ...draft, name: event.currentTarget.value })} />
      <NumberInput label={t`Places across`} w={140} value={draft.columns} min={least.columns} max={MOST_SEATS_ACROSS} clampBehavior="strict" allowDecimal={false} onChange={(value) => onChange(resize(draft, { columns: Number(value) }))} />
      <NumberInput label={t`Rows`} w={140} value={draft.rows} min={least.rows} max={MOST_SEATS_ACROSS} clampBehavior="strict" allowDecimal={false} onChange={(value) => onChange(resize(draft, { rows: Number(value) }))} />
    </Group>
  );
}

interface SeatFieldsProps {
  draft: SeatDraft;
  place: Place;
  agents: readonly AgentView[];
  onChange: (draft: SeatDraft) => void;
  onRemove: () => void;
}

function SeatFields({ draft, place, agents, onChange, onRemove }: SeatFieldsProps) {
  const { t } = useLingui();
  const seat = seatAt(draft, place);
  const people = agents.filter(({ kind }) => kind === 'browser').sort((a, b) => a.name.localeCompare(b.name, 'ja'));
  const seated = new Set(draft.seats.flatMap(({ userId }) => userId ?? []));
  return (
    <Card withBorder padding="sm" component="section" aria-label={t`The seat chosen`}>
      <Group gap="sm" align="flex-end">
        <IconArmchair aria-hidden />
        <TextInput label={t`Label of the seat`} w={160} maxLength={20} value={seat?.label ?? ''} onChange={(event) => onChange(labelSeat(draft, place, event.currentTarget.value))} />
        <Select
          label={t`Agent`}
          w={260}
          searchable
          clearable
          placeholder={t`Free seat`}
          value={seat?.userId ?? null}
          data={people.map(({ agentId, name }) => ({ value: agentId, label: seated.has(agentId) && agentId !== seat?.userId ? t`${name} (moves here)` : name }))}
          onChange={(userId) => onChange(assignSeat(draft, place, userId))}
        />
        <Button variant="default" color="red" leftSection={<IconTrash size={16} aria-hidden />} onClick={onRemove}>
          <Trans>Remove the seat</Trans>
        </Button>
      </Group>
    </Card>
  );
}
