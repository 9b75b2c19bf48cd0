import { Alert, Button, Checkbox, Group, MultiSelect, Select, Stack, Text, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, useState } from 'react';
import { createWallLink, listWallLinks } from '../../../../shared/api/wall-links.ts';
import { call } from '../../lib/api.ts';
import { FormDialog } from '../../records/form-dialog.tsx';
import { useAllQueues } from '../../records/queues.ts';
import { useSave } from '../../records/use-save.ts';

/** What a new link shows, and for how long. */
export function WallLinkForm({ onClose, onMade }: { onClose: () => void; onMade: (token: string) => void }) {
  const { t } = useLingui();
  const queues = useAllQueues();
  const [name, setName] = useState('');
  const [queueIds, setQueueIds] = useState<string[]>([]);
  const [showsNames, setShowsNames] = useState(false);
  const [showsNumbers, setShowsNumbers] = useState(false);
  const [days, setDays] = useState('');
  const isWhole = name.trim() !== '' && queueIds.length > 0;
  const make = useSave({
    run: () => call(createWallLink, { body: { name: name.trim(), queueIds, showsNames, showsNumbers, days: days === '' ? null : Number(days) } }),
    refresh: [listWallLinks.id],
    done: t`Link made`,
    onDone: ({ token }) => onMade(token),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isWhole) make.mutate(undefined);
  };
  const lengths = [
    { value: '1', label: t`1 day` },
    { value: '7', label: t`7 days` },
    { value: '30', label: t`30 days` },
    { value: '365', label: t`1 year` },
    { value: '', label: t`When I end it` },
  ];
  return (
    <FormDialog keep onClose={onClose} title={<Trans>Make a link for a wallboard</Trans>}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput label={t`Name`} description={t`Stands at the top of the screen.`} value={name} onChange={(event) => setName(event.currentTarget.value)} maxLength={100} required data-autofocus />
          <MultiSelect label={t`Queues`} data={queues.map((queue) => ({ value: queue.id, label: queue.name }))} value={queueIds} onChange={setQueueIds} maxValues={50} searchable required />
          <Select label={t`Ends after`} data={lengths} value={days} onChange={(value) => setDays(value ?? '')} allowDeselect={false} />
          <Checkbox label={t`Show names of agents`} checked={showsNames} onChange={(event) => setShowsNames(event.currentTarget.checked)} />
          <Checkbox label={t`Show numbers of callers who wait`} checked={showsNumbers} onChange={(event) => setShowsNumbers(event.currentTarget.checked)} />
          {(showsNames || showsNumbers) && (
            <Alert color="yellow" p="xs">
              <Trans>Whoever passes the screen reads this. Put it only where visitors do not come.</Trans>
            </Alert>
          )}
          <Text size="xs" c="dimmed">
            <Trans>The link works only from the source IP addresses from which you may log in.</Trans>
          </Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              <Trans>Cancel</Trans>
            </Button>
            <Button type="submit" loading={make.isPending} disabled={!isWhole}>
              <Trans>Make a link</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </FormDialog>
  );
}
