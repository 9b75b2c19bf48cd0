import { Button, Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconChevronDown, IconDownload } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import type { ExportFormat } from '../../../shared/api/reports.ts';
import { languageOf } from '../lib/both-languages.ts';
import { useProblemText } from '../lib/problem-text.ts';
import { saveFile } from './save-file.ts';

interface Props {
  /** First part of the file's name. */
  name: string;
  /** Fetches it in this format, with heads in the language of the screen. */
  fetchFile: (form: { format: ExportFormat; lang: 'ja' | 'en' }) => Promise<Blob>;
  disabled: boolean;
}

/** Saves what is shown as a file; each one is written to the audit log. */
export function ExportMenu({ name, fetchFile, disabled }: Props) {
  const { i18n, t } = useLingui();
  const problemText = useProblemText();
  const save = useMutation({
    mutationFn: async (format: ExportFormat) => saveFile(await fetchFile({ format, lang: languageOf(i18n.locale) }), `${name}.${format === 'xlsx' ? 'xlsx' : 'csv'}`),
    onError: (error) => notifications.show({ color: 'red', title: t`Not exported`, message: problemText(error), autoClose: 10_000 }),
  });
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" disabled={disabled} loading={save.isPending} leftSection={<IconDownload size={18} aria-hidden />} rightSection={<IconChevronDown size={16} aria-hidden />}>
          <Trans>Export</Trans>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => save.mutate('xlsx')}>
          <Trans>Excel (XLSX)</Trans>
        </Menu.Item>
        <Menu.Item onClick={() => save.mutate('csv')}>
          <Trans>CSV (UTF-8 with BOM)</Trans>
        </Menu.Item>
        <Menu.Item onClick={() => save.mutate('csv-cp932')}>
          <Trans>CSV (Shift_JIS, CP932)</Trans>
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
