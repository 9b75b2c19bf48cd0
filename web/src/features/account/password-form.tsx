import { Button, Group, PasswordInput, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { Trans, useLingui } from '@lingui/react/macro';
import { listOwnSessions } from '../../../../shared/api/account.ts';
import { changePassword } from '../../../../shared/api/session.ts';
import { call } from '../../lib/api.ts';
import { loadSession } from '../../lib/session.ts';
import { useProof } from '../../records/proof-input.tsx';
import { useSave } from '../../records/use-save.ts';

/** Fewer characters are refused by the server too. */
const SHORTEST = 15;

/** Changes the own password. */
export function PasswordForm() {
  const { t } = useLingui();
  const proof = useProof();
  const form = useForm({
    initialValues: { newPassword: '', again: '' },
    validate: {
      newPassword: (value) => ([...value].length < SHORTEST ? t`At least ${SHORTEST} characters` : null),
      again: (value, values) => (value === values.newPassword ? null : t`The two are not the same.`),
    },
  });
  const save = useSave({
    run: ({ newPassword }: { newPassword: string }) => call(changePassword, { body: { currentPassword: proof.password, newPassword } }),
    refresh: [listOwnSessions.id],
    done: t`Password changed. Your other sessions have ended.`,
    // Who came with an issued password may do everything now.
    onDone: () => (form.reset(), proof.clear(), void loadSession().catch(() => undefined)),
  });
  return (
    <form onSubmit={form.onSubmit((values) => save.mutate(values))} noValidate>
      <Stack gap="sm" maw={420}>
        {proof.input}
        <PasswordInput
          label={t`Your new password`}
          description={t`At least ${SHORTEST} characters; a sentence is easy to keep in mind. No rules about kinds of characters.`}
          autoComplete="new-password"
          {...form.getInputProps('newPassword')}
        />
        <PasswordInput label={t`New password again`} autoComplete="new-password" {...form.getInputProps('again')} />
        <Group>
          <Button type="submit" loading={save.isPending} disabled={!proof.ready}>
            <Trans>Change the password</Trans>
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
