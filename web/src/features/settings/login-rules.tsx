import { Alert, Button, Card, Group, List, Stack, Switch, Text, Textarea, Title } from '@mantine/core';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { IconLock, IconShieldCheck } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { type IpRangesAnswer, listProfiles, type Profile, setProfileIpRanges } from '../../../../shared/api/profiles.ts';
import { requireSecondFactor } from '../../../../shared/api/account.ts';
import { call } from '../../lib/api.ts';
import { ListState } from '../../records/list-state.tsx';
import { ErrorState } from '../../components/list-states.tsx';
import { OvertakenNote } from '../../records/overtaken-note.tsx';
import { Question } from '../../records/question.tsx';
import { RecordMeta } from '../../records/record-meta.tsx';
import { useSession } from '../../lib/session.ts';
import { sameJson, useDraft } from '../../records/use-draft.ts';
import { useList } from '../../records/use-list.ts';
import { useSave } from '../../records/use-save.ts';
import { parseRanges, wrongRanges } from '../../records/range-rules.ts';
import { Tag } from '../../records/tag.tsx';
import { LoginWays } from './login-ways.tsx';

/** How users may log in, from which addresses those of each profile may work, and whether they need a second factor. */
export function LoginRules() {
  const { t } = useLingui();
  const list = useList([listProfiles.id], (cursor, signal) => call(listProfiles, { query: cursor === undefined ? {} : { cursor } }, signal));
  return (
    <Stack gap="md" maw={720}>
      <LoginWays />
      <Text size="sm" c="dimmed">
        <Trans>Users of a profile can log in and work only from these addresses. No range means from anywhere.</Trans>
      </Text>
      <ListState list={list} empty={{ title: t`No profiles` }}>
        {(profiles) => (
          <Stack gap="md">
            {profiles.map((profile) => (
              <ProfileRanges key={profile.id} profile={profile} />
            ))}
          </Stack>
        )}
      </ListState>
    </Stack>
  );
}

/** Ranges as they are typed, one a line. */
const RANGES = {
  draftOf: ({ ipRanges }: Profile) => ({ text: ipRanges.join('\n') }),
  sent: ({ text }: { text: string }) => parseRanges(text),
};

function ProfileRanges({ profile }: { profile: Profile }) {
  const { t } = useLingui();
  const { can } = useSession();
  const { draft, setDraft, dirty, overtaken, undo, saved } = useDraft(profile, RANGES);
  const { text } = draft;
  const ranges = parseRanges(text);
  const wrong = wrongRanges(ranges);
  const preview = useMutation({
    mutationFn: (ipRanges: string[]) => call(setProfileIpRanges, { params: { id: profile.id }, body: { ipRanges, preview: true } }),
  });
  const effect = sameJson(preview.variables, ranges) ? preview.data : undefined;
  const apply = useSave({
    run: (ipRanges: string[]) => call(setProfileIpRanges, { params: { id: profile.id }, body: { ipRanges, preview: false } }),
    refresh: [listProfiles.id],
    done: t`Source IP ranges saved`,
    onDone: (_stored, sent) => {
      saved(sent);
      preview.reset();
    },
  });
  return (
    <Card withBorder padding="md">
      <Stack gap="sm">
        <Group gap="sm">
          <Title order={2} size="h4">
            {profile.name}
          </Title>
          <Tag>
            {profile.code}
          </Tag>
          <Text size="sm" c="dimmed">
            <Plural value={profile.userCount} one="# user" other="# users" />
          </Text>
        </Group>
        {overtaken && <OvertakenNote onFollow={undo} />}
        <Textarea
          label={t`Ranges, one per line`}
          description={t`IPv4 or IPv6: 192.0.2.7 or 192.0.2.0/24`}
          placeholder={t`From anywhere`}
          value={text}
          onChange={(event) => {
            setDraft({ text: event.currentTarget.value });
            preview.reset();
          }}
          error={wrong.length > 0 ? t`Not a range: ${wrong.join(', ')}` : undefined}
          readOnly={!can('user.manage')}
          autosize
          minRows={2}
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        />
        {preview.isError && <ErrorState error={preview.error} onRetry={() => preview.mutate(ranges)} />}
        {effect && <Preview answer={effect} />}
        {can('user.manage') && (
          <Group justify="space-between">
            <Button variant="subtle" color="gray" disabled={!dirty}
              onClick={() => {
                undo();
                preview.reset();
              }}
            >
              <Trans>Undo changes</Trans>
            </Button>
            {effect?.youStayAllowed ? (
              <Button onClick={() => apply.mutate(ranges)} loading={apply.isPending}>
                <Trans>Apply</Trans>
              </Button>
            ) : (
              <Button
                variant="default"
                onClick={() => preview.mutate(ranges)}
                loading={preview.isPending}
                disabled={!dirty || wrong.length > 0}
              >
                <Trans>Check the effect</Trans>
              </Button>
            )}
          </Group>
        )}
        <SecondFactorRule profile={profile} />
        <RecordMeta record={profile} />
      </Stack>
    </Card>
  );
}

/** Whether the users of the profile must have a second factor; asked before it is demanded, as it ends sessions. */
function SecondFactorRule({ profile }: { profile: Profile }) {
  const { t } = useLingui();
  const { can } = useSession();
  const [asking, setAsking] = useState(false);
  const save = useSave({
    run: (required: boolean) => call(requireSecondFactor, { params: { id: profile.id }, body: { required } }),
    refresh: [listProfiles.id],
    done: ({ profile: saved }) => (saved.secondFactorRequired ? t`Two-factor authentication is demanded now` : t`Two-factor authentication is not demanded any more`),
    onDone: () => setAsking(false),
  });
  const name = profile.name;
  return (
    <>
      <Switch
        label={t`Demand two-factor authentication`}
        description={t`Users of the profile set up an authenticator app or a passkey before they can do anything else.`}
        checked={profile.secondFactorRequired}
        disabled={!can('user.manage') || save.isPending}
        onChange={() => (profile.secondFactorRequired ? save.mutate(false) : setAsking(true))}
      />
      {asking && (
        <Question
          title={<Trans>Demand two-factor authentication of “{name}”?</Trans>}
          yes={<Trans>Demand it</Trans>}
          busy={save.isPending}
          onYes={() => save.mutate(true)}
          onClose={() => setAsking(false)}
        >
          <Trans>Users of the profile who have none are logged out at once, also during a call, and set it up at their next login.</Trans>
        </Question>
      )}
    </>
  );
}

function Preview({ answer }: { answer: IpRangesAnswer }) {
  const ip = answer.yourIp;
  if (!answer.youStayAllowed) {
    return (
      <Alert color="red" role="alert" icon={<IconLock aria-hidden />} title={<Trans>This would lock you out</Trans>}>
        <Trans>You work from {ip}, which is in none of the ranges. Add it before you apply.</Trans>
      </Alert>
    );
  }
  return (
    <Alert color="teal" role="status" icon={<IconShieldCheck aria-hidden />} title={<Trans>You stay allowed ({ip})</Trans>}>
      <List size="sm">
        <List.Item>
          {answer.ipRanges.length === 0 ? <Trans>Work is possible from anywhere.</Trans> : <Trans>Allowed: {answer.ipRanges.join(', ')}</Trans>}
        </List.Item>
        <List.Item>
          <Plural value={answer.sessionsEnded} _0="No session ends." one="# session ends at once." other="# sessions end at once." />
        </List.Item>
      </List>
    </Alert>
  );
}
