import { Alert, Button, FileInput, Group, List, Stack, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconUpload } from '@tabler/icons-react';
import { useState } from 'react';
import { importShifts, type ShiftChange, type ShiftImport } from '../../../../shared/api/shifts.ts';
import { call } from '../../lib/api.ts';
import { FormDialog } from '../../records/form-dialog.tsx';
import { useSave } from '../../records/use-save.ts';
import { useFaultText } from './hours-inputs.tsx';
import { useShiftChange } from './use-shift-change.tsx';

/** The text of a file in UTF-8 or, as Excel in Japan saves it, in Shift_JIS. */
async function textOf(file: File): Promise<string> {
  const bytes = await file.arrayBuffer();
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('shift_jis').decode(bytes);
  }
}

const NOTHING: ShiftChange = { removed: [], added: [] };

/** Shifts from a file: first tried, then taken. */
export function ShiftImportDialog({ onClose }: { onClose: () => void }) {
  return (
    <FormDialog onClose={onClose} title={<Trans>Import shifts</Trans>} size="lg">
      <ImportForm onClose={onClose} />
    </FormDialog>
  );
}

function ImportForm({ onClose }: { onClose: () => void }) {
  const { t } = useLingui();
  const [tried, setTried] = useState<{ csv: string; result: ShiftImport } | null>(null);
  const attempt = useSave({
    run: async (file: File) => {
      const csv = await textOf(file);
      return { csv, result: await call(importShifts, { body: { csv, dryRun: true } }) };
    },
    refresh: [],
    done: t`The file was checked; nothing is changed yet`,
    onDone: setTried,
  });
  const take = useShiftChange(async (csv: string) => (await call(importShifts, { body: { csv, dryRun: false } })).change ?? NOTHING, onClose);
  const ready = tried !== null && tried.result.faults.length === 0 && tried.result.adds > 0;
  return (
    <Stack>
      <Text size="sm">
        <Trans>CSV with the columns of the export: login ID, name (not read), day, start, end, breaks. An agent’s days that are in the file are replaced; all other shifts stay.</Trans>
      </Text>
      <FileInput label={t`CSV file`} placeholder={t`Choose a file`} accept=".csv,text/csv" leftSection={<IconUpload size={18} aria-hidden />} onChange={(file) => (setTried(null), file && attempt.mutate(file))} />
      {tried && <Tried result={tried.result} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          <Trans>Cancel</Trans>
        </Button>
        <Button disabled={!ready} loading={take.isPending || attempt.isPending} onClick={() => tried && take.mutate(tried.csv)}>
          <Trans>Import these shifts</Trans>
        </Button>
      </Group>
    </Stack>
  );
}

function Tried({ result: { faults, adds, removes } }: { result: ShiftImport }) {
  const { t } = useLingui();
  const hours = useFaultText();
  const texts: Record<ShiftImport['faults'][number]['fault'], string> = {
    ...hours,
    columns: t`Five or six columns are needed.`,
    user: t`Nobody logs in with this name.`,
    day: t`Write the day as 2026-11-16.`,
    overlap: t`This shift overlaps another one of the same agent.`,
  };
  if (faults.length === 0) {
    return (
      <Alert color={adds > 0 ? 'teal' : 'yellow'}>
        <Trans>
          No faults. Shifts to be added: {adds}, to be replaced: {removes}
        </Trans>
      </Alert>
    );
  }
  return (
    <Alert color="red" role="alert" title={<Trans>The file has faults; nothing can be taken over</Trans>}>
      <List size="sm">
        {faults.map(({ line, fault, text }) => (
          <List.Item key={`${line} ${fault}`}>
            <Trans>
              Line {line}: “{text}”
            </Trans>{' '}
            {texts[fault]}
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}
