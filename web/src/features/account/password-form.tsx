import { Button, Group, PasswordInput, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { Trans, useLingui } from '@lingui/react/macro';
import { listOwnSessions } from '../../../../shared/api/account.ts';
import { changePassword } from '../../../../shared/api/session.ts';
import { call } from '../../lib/api.ts';
import { loadSession } from '../../lib/session.ts';
import { useSave } from '../../records/use-save.ts';

/** Fewer characters are refused by the server too. */
const SHORTEST = 15;

/** Changes the own password. */
export function PasswordForm() {
  const { t } = useLingui();
  const form = useForm({
    initialValues: { currentPassword: '', newPassword: '', again: '' },
    validate: {
      currentPassword: (value) => (value === '' ? t`Enter your password.` : null),
      newPassword: (value) => ([...value].length < SHORTEST ? t`At least ${SHORTEST} characters` : null),
      again: (value, values) => (value === values.newPassword ? null : t`The two are not the same.`),
    },
  });
  const save = useSave({
    run: ({ currentPassword, newPassword }: { currentPassword: string; newPassword: string }) => call(changePassword, { body: { currentPassword, newPassword } }),
    refresh: [listOwnSessions.id],
    done: t`Password changed. Your other sessions have ended.`,
    // Who came with an issued password may do everything now.
    onDone: () => (form.reset(), void loadSession().catch(() => undefined)),
  });
  return (
    <form onSubmit={form.onSubmit((values) => save.mutate(values))} noValidate>
      <Stack gap="sm" maw={420}>
        <PasswordInput label={t`Present password`} autoComplete="current-password" {...form.getInputProps('currentPassword')} />
        <PasswordInput
          label={t`Your new password`}
          description={t`At least ${SHORTEST} characters; a sentence is easy to keep in mind. No rules about kinds of characters.`}
          autoComplete="new-password"
          {...form.getInputProps('newPassword')}
        />
        <PasswordInput label={t`New password again`} autoComplete="new-password" {...form.getInputProps('again')} />
        <Group>
          <Button type="submit" loading={save.isPending}>
            <Trans>Change the password</Trans>
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
