import { Button, Group } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { Trans, useLingui } from '@lingui/react/macro';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { getForecast } from '../../../../shared/api/forecasts.ts';
import { getAdherence } from '../../../../shared/api/reports.ts';
import { changeShifts, listMyShifts, listShifts, type NewShift, type ShiftChange } from '../../../../shared/api/shifts.ts';
import { call } from '../../lib/api.ts';
import { useProblemText } from '../../lib/problem-text.ts';

/** What a change of shifts makes old. */
const REFRESH = [listShifts.id, listMyShifts.id, getForecast.id, getAdherence.id];

/** How long the way back is offered, ms. */
const UNDO_MS = 20_000;

/** The change that takes one back. */
const inverse = ({ removed, added }: ShiftChange): { remove: string[]; add: NewShift[] } => ({
  remove: added.map(({ id }) => id),
  add: removed.map(({ userId, day, startMinute, endMinute, breaks }) => ({ userId, day, startMinute, endMinute, breaks })),
});

/** A change of shifts, told in a notification that takes it back. */
export function useShiftChange<Input>(run: (input: Input) => Promise<ShiftChange>, onDone?: (change: ShiftChange) => void) {
  const { t } = useLingui();
  const client = useQueryClient();
  const problemText = useProblemText();
  const refresh = (): Promise<unknown> => Promise.all(REFRESH.map((id) => client.invalidateQueries({ queryKey: [id] })));
  const failed = (error: unknown): void => void notifications.show({ color: 'red', title: t`Not saved`, message: problemText(error), autoClose: 10_000 });
  const undo = async (change: ShiftChange): Promise<void> => {
    try {
      await call(changeShifts, { body: inverse(change) });
      notifications.show({ color: 'teal', message: t`Taken back` });
    } catch (error) {
      failed(error);
    }
    await refresh();
  };
  return useMutation({
    mutationFn: run,
    onSuccess: async (change) => {
      const id = `shifts-${change.added[0]?.id ?? change.removed[0]?.id ?? ''}`;
      const { length: added } = change.added;
      const { length: removed } = change.removed;
      notifications.show({
        id,
        color: 'teal',
        autoClose: UNDO_MS,
        message: (
          <Group justify="space-between">
            <Trans>
              Shifts added: {added}, removed: {removed}
            </Trans>
            {added + removed > 0 && (
              <Button size="compact-sm" variant="default" onClick={() => (notifications.hide(id), void undo(change))}>
                <Trans>Undo</Trans>
              </Button>
            )}
          </Group>
        ),
      });
      onDone?.(change);
      await refresh();
    },
    onError: failed,
  });
}
