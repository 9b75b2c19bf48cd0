import { Alert, Button, Card, Group, List, NumberInput, Select, Stack, Text, Title } from '@mantine/core';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { IconAlertTriangle, IconShieldCheck } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { getLoginSettings, type LoginSettings, type LoginSettingsAnswer, MOST_SESSIONS, setLoginSettings } from '../../../../shared/api/login-settings.ts';
import { PASSKEY_MODES, type PasskeyMode } from '../../../../shared/api/passkeys.ts';
import { ErrorState } from '../../components/list-states.tsx';
import { call } from '../../lib/api.ts';
import { formatDateTime } from '../../lib/format.ts';
import { useSession } from '../../lib/session.ts';
import { useActorName } from '../../records/actor-name.ts';
import { OneState } from '../../records/one-state.tsx';
import { OvertakenNote } from '../../records/overtaken-note.tsx';
import { sameJson, useDraft } from '../../records/use-draft.ts';
import { useOne } from '../../records/use-one.ts';
import { useSave } from '../../records/use-save.ts';
import { SingleSignOnSettings } from './single-sign-on.tsx';

/** How users may log in beside login ID and password. */
export function LoginWays() {
  const { can } = useSession();
  const query = useOne([getLoginSettings.id], (signal) => call(getLoginSettings, {}, signal));
  return (
    <OneState query={query}>
      {(stored) => (
        <>
          <PasskeyRule stored={stored} />
          <SessionLimit stored={stored} />
          {can('user.manage') && <SingleSignOnSettings />}
        </>
      )}
    </OneState>
  );
}

/** As it is typed: no number while the field is empty. */
interface LimitDraft {
  max: string | number;
}
const LIMIT = {
  draftOf: ({ maxSessions }: LoginSettings): LimitDraft => ({ max: maxSessions }),
  sent: ({ max }: LimitDraft) => max,
};

/** How many sessions a user may have at a time. */
function SessionLimit({ stored }: { stored: LoginSettings }) {
  const { t } = useLingui();
  const { can } = useSession();
  const { draft, setDraft, dirty, overtaken, undo, saved } = useDraft(stored, LIMIT);
  const { max } = draft;
  const save = useSave({
    run: (maxSessions: number) => call(setLoginSettings, { body: { passkeys: stored.passkeys, maxSessions } }),
    refresh: [getLoginSettings.id],
    done: t`Settings saved`,
    onDone: (_stored, sent) => saved(sent),
  });
  const isGood = typeof max === 'number' && Number.isInteger(max) && max >= 1 && max <= MOST_SESSIONS;
  return (
    <Card withBorder padding="md" component="section" aria-label={t`Sessions`}>
      <Stack gap="sm">
        <Title order={2} size="h4">
          <Trans>Sessions</Trans>
        </Title>
        {overtaken && <OvertakenNote onFollow={undo} />}
        <NumberInput
          label={t`Sessions of a user at a time`}
          description={t`One more login ends the session that was used least lately. A lower number holds from each user's next login.`}
          value={max}
          onChange={(next) => setDraft({ max: next })}
          min={1}
          max={MOST_SESSIONS}
          allowDecimal={false}
          disabled={!can('user.manage')}
          maw={420}
        />
        {can('user.manage') && (
          <Group justify="flex-end">
            <Button onClick={() => isGood && save.mutate(max)} loading={save.isPending} disabled={!isGood || !dirty}>
              <Trans>Save</Trans>
            </Button>
          </Group>
        )}
      </Stack>
    </Card>
  );
}

function usePasskeyModes(): Readonly<Record<PasskeyMode, string>> {
  const { t } = useLingui();
  return { off: t`Turned off`, second_factor: t`As second factor beside the password`, passwordless: t`Also in the place of the password` };
}

const PASSKEYS = {
  draftOf: ({ passkeys }: LoginSettings) => ({ passkeys }),
  sent: (draft: { passkeys: PasskeyMode }) => draft,
};

function PasskeyRule({ stored }: { stored: LoginSettings }) {
  const { t, i18n } = useLingui();
  const { can } = useSession();
  const actorName = useActorName();
  const modes = usePasskeyModes();
  const { draft, setDraft, dirty, overtaken, undo, saved } = useDraft(stored, PASSKEYS);
  const mode = draft.passkeys;
  const preview = useMutation({ mutationFn: (asked: typeof draft) => call(setLoginSettings, { body: { ...asked, preview: true } }) });
  const effect = sameJson(preview.variables, draft) ? preview.data : undefined;
  const apply = useSave({
    run: (body: typeof draft) => call(setLoginSettings, { body }),
    refresh: [getLoginSettings.id],
    done: t`Settings saved`,
    onDone: (_stored, sent) => {
      saved(sent);
      preview.reset();
    },
  });
  const updated = stored.updatedAt === null ? '' : formatDateTime(stored.updatedAt, i18n.locale);
  const updater = stored.updatedBy === null ? '' : actorName(stored.updatedBy);
  return (
    <Card withBorder padding="md" component="section" aria-label={t`Passkeys`}>
      <Stack gap="sm">
        <Title order={2} size="h4">
          <Trans>Passkeys</Trans>
        </Title>
        {overtaken && <OvertakenNote onFollow={undo} />}
        <Select
          label={t`Where passkeys are taken`}
          description={t`Users register them under “Account and security”. Login ID and password go on as before.`}
          data={PASSKEY_MODES.map((value) => ({ value, label: modes[value] }))}
          value={mode}
          onChange={(next) => {
            if (next !== null) setDraft({ passkeys: next });
            preview.reset();
          }}
          allowDeselect={false}
          disabled={!can('user.manage')}
          maw={420}
        />
        {preview.isError && <ErrorState error={preview.error} onRetry={() => preview.mutate(draft)} />}
        {effect && <Effect answer={effect} mode={mode} />}
        <Group justify="space-between">
          <Text size="xs" c="gray.7">
            {stored.updatedAt !== null && (
              <Trans>
                Updated {updated} by {updater}
              </Trans>
            )}
          </Text>
          {can('user.manage') &&
            (effect ? (
              <Button onClick={() => apply.mutate(draft)} loading={apply.isPending}>
                <Trans>Apply</Trans>
              </Button>
            ) : (
              <Button variant="default" onClick={() => preview.mutate(draft)} loading={preview.isPending} disabled={!dirty}>
                <Trans>Check the effect</Trans>
              </Button>
            ))}
        </Group>
      </Stack>
    </Card>
  );
}

/** What a change would mean, before it is one. */
function Effect({ answer, mode }: { answer: LoginSettingsAnswer; mode: PasskeyMode }) {
  const weaker = mode === 'off' && answer.usersWithoutOther > 0;
  return (
    <Alert color={weaker ? 'orange' : 'teal'} role="status" icon={weaker ? <IconAlertTriangle aria-hidden /> : <IconShieldCheck aria-hidden />}>
      <List size="sm">
        <List.Item>
          <Plural value={answer.usersWithPasskeys} _0="No user has registered a passkey." one="# user has registered a passkey." other="# users have registered a passkey." />
        </List.Item>
        {mode === 'off' && (
          <List.Item>
            <Plural value={answer.usersWithoutOther} _0="Nobody loses their only second factor." one="# user has no other second factor: the password alone lets them in then." other="# users have no other second factor: the password alone lets them in then." />
          </List.Item>
        )}
        {mode !== 'off' && (
          <List.Item>
            <Trans>A user with a passkey is asked for it, or for a code, beside the password.</Trans>
          </List.Item>
        )}
        {mode === 'passwordless' && (
          <List.Item>
            <Trans>The login page offers a login with a passkey alone. Source IP ranges hold for it too.</Trans>
          </List.Item>
        )}
      </List>
    </Alert>
  );
}
