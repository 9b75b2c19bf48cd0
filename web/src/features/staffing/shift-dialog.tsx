import { Button, Group, Select, Stack } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { changeShifts, type Shift, type ShiftTemplate } from '../../../../shared/api/shifts.ts';
import { call } from '../../lib/api.ts';
import { FormDialog } from '../../records/form-dialog.tsx';
import { HoursInputs } from './hours-inputs.tsx';
import { draftOf, rangeText, readHours, type Hours, type HoursDraft } from './shift-times.ts';
import { useShiftChange } from './use-shift-change.tsx';
import { dayText } from './week.ts';

/** Whose day is planned. */
export interface ShiftPlace {
  userId: string;
  name: string;
  day: string;
  /** The shift to change; null = a new one. */
  shift: Shift | null;
}

const USUAL: Hours = { startMinute: 540, endMinute: 1080, breaks: [{ startMinute: 720, endMinute: 780 }] };

/** Gives, changes or removes one shift. */
export function ShiftDialog({ place, templates, onClose }: { place: ShiftPlace; templates: readonly ShiftTemplate[]; onClose: () => void }) {
  const { i18n } = useLingui();
  return (
    <FormDialog keep onClose={onClose} title={`${place.name} ${dayText(place.day, i18n.locale)}`} size="lg">
      <ShiftForm key={`${place.userId} ${place.day}`} place={place} templates={templates} onClose={onClose} />
    </FormDialog>
  );
}

function ShiftForm({ place, templates, onClose }: { place: ShiftPlace; templates: readonly ShiftTemplate[]; onClose: () => void }) {
  const { t } = useLingui();
  const { shift, userId, day } = place;
  const [draft, setDraft] = useState<HoursDraft>(() => draftOf(shift ?? templates[0] ?? USUAL));
  const [tried, setTried] = useState(false);
  const read = readHours(draft);
  const change = useShiftChange((hours: Hours | null) => call(changeShifts, { body: { remove: shift ? [shift.id] : [], add: hours ? [{ userId, day, ...hours }] : [] } }), onClose);
  const save = (): void => {
    setTried(true);
    if ('hours' in read) change.mutate(read.hours);
  };
  const choose = (id: string | null): void => {
    const template = templates.find((each) => each.id === id);
    if (template) setDraft(draftOf(template));
  };
  return (
    <Stack component="form" onSubmit={(event) => (event.preventDefault(), save())}>
      {templates.length > 0 && <Select label={t`Template`} placeholder={t`Own hours`} data={templates.map((template) => ({ value: template.id, label: `${template.name} ${rangeText(template)}` }))} onChange={choose} />}
      <HoursInputs value={draft} fault={tried && 'fault' in read ? read.fault : null} onChange={setDraft} />
      <Group justify="space-between">
        {shift ? (
          <Button variant="default" c="red.8" loading={change.isPending} onClick={() => change.mutate(null)}>
            <Trans>Remove shift</Trans>
          </Button>
        ) : (
          <span />
        )}
        <Group gap="xs">
          <Button variant="default" onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" loading={change.isPending}>
            <Trans>Save</Trans>
          </Button>
        </Group>
      </Group>
    </Stack>
  );
}
