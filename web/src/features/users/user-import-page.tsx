import { Alert, Button, Card, FileInput, Group, Progress, Stack, Text } from '@mantine/core';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { IconDownload, IconUpload } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { exportUsers, importUsers, listUserImports, type UserImportAnswer } from '../../../../shared/api/user-imports.ts';
import { ErrorState } from '../../components/list-states.tsx';
import { languageOf } from '../../lib/both-languages.ts';
import { call, callBinary } from '../../lib/api.ts';
import { BackLink } from '../../records/links.tsx';
import { PageHead } from '../../records/page-head.tsx';
import { saveFile } from '../../records/save-file.ts';
import { useSave } from '../../records/use-save.ts';
import { ImportHistory } from './import-history.tsx';
import { ImportResult } from './import-result.tsx';
import { USERS_CHANGED } from './users-changed.ts';

/** Users from a file: first tried, then taken, and taken back where it was a mistake. */
export default function UserImportPage() {
  return (
    <Stack gap="lg">
      <PageHead
        title={<Trans>Import users</Trans>}
        back={
          <BackLink to="/users">
            <Trans>Users</Trans>
          </BackLink>
        }
        hint={<Trans>A login ID that exists is changed, another is created. Nothing happens before you have seen what would.</Trans>}
      />
      <ImportCard />
      <ImportHistory />
    </Stack>
  );
}

type Mode = 'try' | 'apply';

function useImport(mode: Mode, onDone: (answer: UserImportAnswer) => void) {
  const { i18n, t } = useLingui();
  const lang = languageOf(i18n.locale);
  return useSave({
    // The contract's body is a file (field `upload`), which its types do not name.
    run: (file: File) => call(importUsers, { query: { mode, fileName: file.name.slice(0, 200), lang }, body: new Blob([file], { type: 'text/csv' }) as never }),
    refresh: mode === 'apply' ? [...USERS_CHANGED, listUserImports.id] : [],
    done: (answer) => (answer.importId === null ? t`The file was checked; nothing is changed yet` : t`The users were imported`),
    onDone,
  });
}

function ImportCard() {
  const { t } = useLingui();
  const [file, setFile] = useState<File | null>(null);
  const [answer, setAnswer] = useState<UserImportAnswer | null>(null);
  const attempt = useImport('try', setAnswer);
  const take = useImport('apply', setAnswer);
  const choose = (next: File | null) => {
    setFile(next);
    setAnswer(null);
    if (next) attempt.mutate(next);
  };
  const busy = attempt.isPending || take.isPending;
  const ready = answer !== null && answer.importId === null && answer.faults.length === 0 && answer.faulty === 0 && answer.creates + answer.changes > 0;
  const count = answer ? answer.creates + answer.changes : 0;
  return (
    <Card withBorder padding="md">
      <Stack gap="md">
        <Files />
        <FileInput
          label={t`CSV file`}
          description={t`UTF-8 or Shift_JIS (CP932), at most 2,000 lines. Only the columns that are in the file are changed.`}
          placeholder={t`Choose a file`}
          accept=".csv,text/csv"
          clearable
          leftSection={<IconUpload size={18} aria-hidden />}
          value={file}
          onChange={choose}
          disabled={busy}
        />
        {busy && (
          <Stack gap={4} role="status">
            <Text size="sm">{take.isPending ? <Trans>The users are being imported…</Trans> : <Trans>The file is being checked…</Trans>}</Text>
            <Progress value={100} animated aria-label={t`In progress`} />
          </Stack>
        )}
        {attempt.isError && !busy && file && <ErrorState error={attempt.error} onRetry={() => attempt.mutate(file)} />}
        {answer?.importId && answer.passwords !== null && <Passwords text={answer.passwords} count={answer.creates} />}
        {answer && <ImportResult key={answer.faulty} answer={answer} />}
        {ready && file && (
          <Group justify="flex-end">
            <Button variant="default" onClick={() => choose(null)}>
              <Trans>Cancel</Trans>
            </Button>
            <Button loading={take.isPending} onClick={() => take.mutate(file)}>
              <Plural value={count} one="Import # user" other="Import # users" />
            </Button>
          </Group>
        )}
      </Stack>
    </Card>
  );
}

/** The template, and everybody as a file to be edited. */
function Files() {
  const { i18n, t } = useLingui();
  const lang = languageOf(i18n.locale);
  const save = useMutation({
    mutationFn: async (rows: 'all' | 'none') => saveFile(await callBinary(exportUsers, { query: { rows, lang } }), rows === 'all' ? `${t`users`}.csv` : `${t`users-template`}.csv`),
  });
  return (
    <Stack gap="xs">
      <Group gap="sm">
        <Button variant="default" leftSection={<IconDownload size={18} aria-hidden />} loading={save.isPending && save.variables === 'none'} onClick={() => save.mutate('none')}>
          <Trans>Template file</Trans>
        </Button>
        <Button variant="default" leftSection={<IconDownload size={18} aria-hidden />} loading={save.isPending && save.variables === 'all'} onClick={() => save.mutate('all')}>
          <Trans>All users as CSV</Trans>
        </Button>
      </Group>
      {save.isError && <ErrorState error={save.error} onRetry={() => save.mutate(save.variables)} />}
    </Stack>
  );
}

/** The first passwords, which exist nowhere else. */
function Passwords({ text, count }: { text: string; count: number }) {
  const { t } = useLingui();
  const [kept, setKept] = useState(false);
  const keep = () => {
    // With a byte order mark, without which Excel takes it for another encoding.
    saveFile(new Blob(['\ufeff', text], { type: 'text/csv;charset=utf-8' }), `${t`first-passwords`}.csv`);
    setKept(true);
  };
  return (
    <Alert color="yellow" role="status" title={<Trans>Save the first passwords now: they are shown only once</Trans>}>
      <Stack gap="sm" align="flex-start">
        <Text size="sm">
          <Plural
            value={count}
            one="The file holds the password of # new user, good for a week and for one login, at which another is chosen. Delete it when it is handed over."
            other="The file holds the passwords of # new users, good for a week and for one login, at which each chooses another. Delete it when they are handed over."
          />
        </Text>
        <Button leftSection={<IconDownload size={18} aria-hidden />} variant={kept ? 'default' : 'filled'} onClick={keep}>
          {kept ? <Trans>Save it again</Trans> : <Trans>Save the passwords</Trans>}
        </Button>
      </Stack>
    </Alert>
  );
}
