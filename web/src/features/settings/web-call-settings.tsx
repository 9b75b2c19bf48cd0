import { Anchor, Button, Card, Group, Select, Stack, Switch, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconExternalLink } from '@tabler/icons-react';
import { listNumbers } from '../../../../shared/api/numbers.ts';
import { getSettings, type Settings, updateSettings } from '../../../../shared/api/settings.ts';
import { call } from '../../lib/api.ts';
import { CopyValue } from '../../records/copy-value.tsx';
import { useActorName } from '../../records/actor-name.ts';
import { useSession } from '../../lib/session.ts';
import { formatDateTime } from '../../lib/format.ts';
import { OneState } from '../../records/one-state.tsx';
import { OvertakenNote } from '../../records/overtaken-note.tsx';
import { useAll } from '../../records/use-all.ts';
import { useDraft } from '../../records/use-draft.ts';
import { useOne } from '../../records/use-one.ts';
import { useSave } from '../../records/use-save.ts';

/** Whether visitors may call from a web page, and which number's flow answers them. */
export function WebCallSettings() {
  const settings = useOne([getSettings.id], (signal) => call(getSettings, {}, signal));
  return <OneState query={settings} rows={4}>{(stored) => <WebCallForm stored={stored} />}</OneState>;
}

type WebCallDraft = Pick<Settings, 'webCallEnabled' | 'webCallNumber'>;
const WEB_CALL = {
  draftOf: ({ webCallEnabled, webCallNumber }: Settings): WebCallDraft => ({ webCallEnabled, webCallNumber }),
  sent: (draft: WebCallDraft) => draft,
};

function WebCallForm({ stored }: { stored: Settings }) {
  const { i18n, t } = useLingui();
  const actorName = useActorName();
  const { draft, setDraft, dirty, overtaken, undo, saved } = useDraft(stored, WEB_CALL);
  const { webCallEnabled: enabled, webCallNumber: number } = draft;
  const numbers = useAll(listNumbers).items;
  const save = useSave({
    run: (body: WebCallDraft) => call(updateSettings, { body }),
    refresh: [getSettings.id],
    done: t`Settings saved`,
    onDone: (_stored, sent) => saved(sent),
  });
  const missing = enabled && number === null;
  const updated = formatDateTime(stored.updatedAt, i18n.locale);
  const updater = actorName(stored.updatedBy);
  return (
    <Card withBorder padding="md" maw={640}>
      <Stack gap="md">
        {overtaken && <OvertakenNote onFollow={undo} />}
        <Switch
          checked={enabled}
          onChange={(event) => setDraft({ ...draft, webCallEnabled: event.currentTarget.checked })}
          label={t`Visitors may call from the web call page`}
          description={t`The page needs no login. Calls from one address are limited.`}
        />
        <Select
          label={t`Number whose flow answers`}
          data={numbers.map((item) => ({ value: item.number, label: `${item.display}  ${item.label}` }))}
          value={number}
          onChange={(webCallNumber) => setDraft({ ...draft, webCallNumber })}
          error={missing ? t`Choose a number` : undefined}
          clearable
        />
        {stored.webCallEnabled && <WebCallLink />}
        <Group justify="space-between">
          <Text size="xs" c="dimmed">
            <Trans>
              Updated {updated} by {updater}
            </Trans>
          </Text>
          <Button onClick={() => save.mutate(draft)} loading={save.isPending} disabled={!dirty || missing}>
            <Trans>Save</Trans>
          </Button>
        </Group>
      </Stack>
    </Card>
  );
}

function WebCallLink() {
  const { tenant } = useSession();
  const url = `${location.origin}/web-call/${encodeURIComponent(tenant?.slug ?? '')}`;
  return (
    <Stack gap={4}>
      <Text size="sm" fw={500}>
        <Trans>Address of the page</Trans>
      </Text>
      <Group gap="sm">
        <Anchor href={url} target="_blank" rel="noopener" style={{ overflowWrap: 'anywhere' }}>
          {url} <IconExternalLink size={16} aria-hidden style={{ verticalAlign: 'text-bottom' }} />
        </Anchor>
        <CopyValue value={url} />
      </Group>
    </Stack>
  );
}
