import { Button, Card, Group, PasswordInput, Select, SimpleGrid, Stack, Switch, Text, TextInput, Title } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { getSingleSignOn, MATCHED_FIELDS, removeSingleSignOn, setSingleSignOn, type SingleSignOnProvider } from '../../../../shared/api/single-sign-on.ts';
import { ErrorState } from '../../components/list-states.tsx';
import { call } from '../../lib/api.ts';
import { formatDateTime } from '../../lib/format.ts';
import { useActorName } from '../../records/actor-name.ts';
import { CopyValue } from '../../records/copy-value.tsx';
import { OneState } from '../../records/one-state.tsx';
import { OvertakenNote } from '../../records/overtaken-note.tsx';
import { peopleOptions, usePeople } from '../../records/people.ts';
import { RemoveQuestion } from '../../records/remove-question.tsx';
import { sameJson, useDraft } from '../../records/use-draft.ts';
import { useOne } from '../../records/use-one.ts';
import { useSave } from '../../records/use-save.ts';
import { SingleSignOnEffect } from './single-sign-on-effect.tsx';

/** The provider that says who the company's users are. */
export function SingleSignOnSettings() {
  const query = useOne([getSingleSignOn.id], (signal) => call(getSingleSignOn, {}, signal));
  return <OneState query={query}>{({ provider, redirectUri }) => <ProviderForm stored={provider} redirectUri={redirectUri} />}</OneState>;
}

const START = { issuer: 'https://', clientId: '', claim: 'email', field: 'email', textJa: 'シングルサインオンでログイン', textEn: 'Log in with single sign-on', secondFactorByProvider: false, only: false, exceptUserId: null } as const;

type Draft = Omit<SingleSignOnProvider, 'updatedAt' | 'updatedBy'> & { clientSecret: string };

const draftOf = (stored: SingleSignOnProvider | null): Draft => {
  const { updatedAt: _at, updatedBy: _by, ...settings } = stored ?? { ...START, updatedAt: '', updatedBy: '' };
  return { ...settings, clientSecret: '' };
};

const bodyOf = ({ clientSecret, ...draft }: Draft) => ({ ...draft, issuer: draft.issuer.trim(), ...(clientSecret !== '' && { clientSecret }), exceptUserId: draft.only ? draft.exceptUserId : null });

const RULES = { draftOf, sent: bodyOf };

function ProviderForm({ stored, redirectUri }: { stored: SingleSignOnProvider | null; redirectUri: string }) {
  const { t } = useLingui();
  const { draft, setDraft, overtaken, undo, saved } = useDraft(stored, RULES);
  const body = bodyOf(draft);
  const [removing, setRemoving] = useState(false);
  const preview = useMutation({ mutationFn: (asked: typeof body) => call(setSingleSignOn, { body: { ...asked, preview: true } }) });
  const effect = sameJson(preview.variables, body) ? preview.data : undefined;
  const settled = (sent: typeof body): void => {
    saved(sent);
    preview.reset();
  };
  const refresh = [getSingleSignOn.id];
  const apply = useSave({ run: (sent: typeof body) => call(setSingleSignOn, { body: sent }), refresh, done: t`Settings saved`, onDone: (_stored, sent) => settled(sent) });
  const remove = useSave({
    run: () => call(removeSingleSignOn, {}),
    refresh,
    done: t`Single sign-on is off`,
    onDone: () => {
      setRemoving(false);
      // Nothing of the provider that is off stays in the form.
      settled(body);
    },
  });
  const set = (part: Partial<Draft>) => {
    setDraft({ ...draft, ...part });
    preview.reset();
  };
  const complete = URL.canParse(draft.issuer) && [draft.clientId, draft.claim, draft.textJa, draft.textEn].every((text) => text.trim() !== '') && (stored !== null || draft.clientSecret !== '') && (!draft.only || draft.exceptUserId !== null);
  const mayApply = effect !== undefined && effect.youStayAllowed && (effect.reachable || !draft.only);
  return (
    <Card withBorder padding="md" component="section" aria-label={t`Single sign-on`}>
      <Stack gap="sm">
        <Title order={2} size="h4">
          <Trans>Single sign-on (OpenID Connect)</Trans>
        </Title>
        <Text size="sm" c="gray.7">
          <Trans>Users log in at your company’s provider. They must exist here already: nobody is created by logging in. Source IP ranges and disabled users are checked as before.</Trans>
        </Text>
        <Group gap="xs">
          <Text size="sm">
            <Trans>Address to enter at the provider (redirect URI):</Trans>
          </Text>
          <Text size="sm" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
            {redirectUri}
          </Text>
          <CopyValue value={redirectUri} label={t`Copy the redirect URI`} />
        </Group>
        {overtaken && <OvertakenNote onFollow={undo} />}
        <ProviderFields draft={draft} stored={stored} onChange={set} />
        <OnlyRule draft={draft} onChange={set} />
        {preview.isError && <ErrorState error={preview.error} onRetry={() => preview.mutate(body)} />}
        {effect && <SingleSignOnEffect answer={effect} only={draft.only} />}
        <Group justify="space-between">
          {stored ? (
            <Button variant="subtle" color="red" onClick={() => setRemoving(true)}>
              <Trans>Turn off</Trans>
            </Button>
          ) : (
            <span />
          )}
          {mayApply ? (
            <Button onClick={() => apply.mutate(body)} loading={apply.isPending}>
              <Trans>Apply</Trans>
            </Button>
          ) : (
            <Button variant="default" onClick={() => preview.mutate(body)} loading={preview.isPending} disabled={!complete}>
              <Trans>Check the effect</Trans>
            </Button>
          )}
        </Group>
        {stored && <Updated stored={stored} />}
        {removing && (
          <RemoveQuestion title={<Trans>Turn single sign-on off?</Trans>} busy={remove.isPending} onRemove={() => remove.mutate(undefined)} onClose={() => setRemoving(false)}>
            <Trans>The settings of the provider and its secret are removed. Login ID and password let everybody in again.</Trans>
          </RemoveQuestion>
        )}
      </Stack>
    </Card>
  );
}

function Updated({ stored }: { stored: SingleSignOnProvider }) {
  const { i18n } = useLingui();
  const actorName = useActorName();
  const updated = formatDateTime(stored.updatedAt, i18n.locale);
  const updater = actorName(stored.updatedBy);
  return (
    <Text size="xs" c="gray.7">
      <Trans>
        Updated {updated} by {updater}
      </Trans>
    </Text>
  );
}

interface FieldsProps {
  draft: Draft;
  onChange: (part: Partial<Draft>) => void;
}

function ProviderFields({ draft, stored, onChange }: FieldsProps & { stored: SingleSignOnProvider | null }) {
  const { t } = useLingui();
  const fields = { loginId: t`Login ID`, email: t`E-mail`, employeeNumber: t`Employee number` };
  return (
    <>
      <TextInput type="url" label={t`Issuer`} description={t`As the provider names itself, for example https://login.example.com`} value={draft.issuer} onChange={(event) => onChange({ issuer: event.currentTarget.value })} maxLength={500} required />
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm" style={{ alignItems: 'end' }}>
        <TextInput label={t`Client ID`} value={draft.clientId} onChange={(event) => onChange({ clientId: event.currentTarget.value })} maxLength={300} required />
        <PasswordInput label={t`Client secret`} placeholder={stored ? t`Unchanged` : ''} value={draft.clientSecret} onChange={(event) => onChange({ clientSecret: event.currentTarget.value })} maxLength={1000} autoComplete="off" />
        <TextInput label={t`Claim that names the user`} value={draft.claim} onChange={(event) => onChange({ claim: event.currentTarget.value.trim() })} maxLength={200} required />
        <Select label={t`Compared with`} data={MATCHED_FIELDS.map((value) => ({ value, label: fields[value] }))} value={draft.field} onChange={(field) => field !== null && onChange({ field })} allowDeselect={false} />
        <TextInput label={t`Words of the button (Japanese)`} value={draft.textJa} onChange={(event) => onChange({ textJa: event.currentTarget.value })} maxLength={60} required />
        <TextInput label={t`Words of the button (English)`} value={draft.textEn} onChange={(event) => onChange({ textEn: event.currentTarget.value })} maxLength={60} required />
      </SimpleGrid>
      <Switch
        label={t`The provider asks for the second factor`}
        description={t`Off, users who have a second factor here, or must have one, cannot log in this way.`}
        checked={draft.secondFactorByProvider}
        onChange={(event) => onChange({ secondFactorByProvider: event.currentTarget.checked })}
      />
    </>
  );
}

function OnlyRule({ draft, onChange }: FieldsProps) {
  const { t } = useLingui();
  const people = usePeople('active');
  return (
    <>
      <Switch
        label={t`Only single sign-on`}
        description={t`Passwords and passkeys let in nobody but one administrator. Open sessions stay until they end.`}
        checked={draft.only}
        onChange={(event) => onChange({ only: event.currentTarget.checked })}
      />
      {draft.only && (
        <Select
          label={t`Administrator who may still use the password`}
          description={t`For the day on which the provider is away`}
          data={peopleOptions(people)}
          value={draft.exceptUserId}
          onChange={(exceptUserId) => onChange({ exceptUserId })}
          searchable
          maw={420}
        />
      )}
    </>
  );
}
