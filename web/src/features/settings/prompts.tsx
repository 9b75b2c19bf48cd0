import { Button, FileButton, Group, Stack, Table, Text, VisuallyHidden } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconRestore, IconUpload } from '@tabler/icons-react';
import { listPrompts, type Prompt, replacePrompt, restorePrompt } from '../../../../shared/api/prompts.ts';
import { call } from '../../lib/api.ts';
import { useActorName } from '../records/actor-name.ts';
import { ListState } from '../records/list-state.tsx';
import { formatDateTime } from '../../lib/format.ts';
import { durationText, sizeText } from '../records/times.ts';
import { TableFrame } from '../records/table-frame.tsx';
import { useList } from '../records/use-list.ts';
import { useSave } from '../records/use-save.ts';
import { Tag } from '../records/tag.tsx';

/** The sounds callers hear; each can be replaced by an own one and restored. */
export function Prompts() {
  const { t } = useLingui();
  const list = useList([listPrompts.id], (_cursor, signal) => call(listPrompts, {}, signal));
  return (
    <Stack gap="md">
      <Text size="sm" c="dimmed">
        <Trans>An own sound is a WAV file: PCM 16 bit, one channel, 8 kHz, at most 5 minutes.</Trans>
      </Text>
      <ListState list={list} empty={{ title: t`No voice prompts` }}>
        {(prompts) => (
          <TableFrame minWidth={720}>
            <Table verticalSpacing="xs">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>
                    <Trans>Name</Trans>
                  </Table.Th>
                  <Table.Th>
                    <Trans>Played</Trans>
                  </Table.Th>
                  <Table.Th ta="right">
                    <Trans>Length</Trans>
                  </Table.Th>
                  <Table.Th>
                    <Trans>Replaced</Trans>
                  </Table.Th>
                  <Table.Th>
              <VisuallyHidden>
                <Trans>Actions</Trans>
              </VisuallyHidden>
            </Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {prompts.map((prompt) => (
                  <PromptRow key={prompt.name} prompt={prompt} />
                ))}
              </Table.Tbody>
            </Table>
          </TableFrame>
        )}
      </ListState>
    </Stack>
  );
}

function PromptRow({ prompt }: { prompt: Prompt }) {
  const { i18n, t } = useLingui();
  const actorName = useActorName();
  const replace = useSave({
    // The contract's body is a file (field `upload`), which its types do not name.
    run: (file: File) => call(replacePrompt, { params: { name: prompt.name }, body: new Blob([file], { type: replacePrompt.upload }) as never }),
    refresh: [listPrompts.id],
    done: t`The sound was replaced`,
  });
  const restore = useSave({
    run: () => call(restorePrompt, { params: { name: prompt.name } }),
    refresh: [listPrompts.id],
    done: t`The standard sound is back`,
  });
  return (
    <Table.Tr>
      <Table.Td ff="monospace">{prompt.name}</Table.Td>
      <Table.Td>
        <Tag color={prompt.replaced ? 'blue' : 'gray'}>
          {prompt.replaced ? t`Own sound` : t`Standard`}
        </Tag>
      </Table.Td>
      <Table.Td ta="right">
        {durationText(prompt.durationMs)} {prompt.sizeBytes !== null && `(${sizeText(prompt.sizeBytes)})`}
      </Table.Td>
      <Table.Td>{prompt.updatedAt !== null && `${formatDateTime(prompt.updatedAt, i18n.locale)} ${actorName(prompt.updatedBy)}`}</Table.Td>
      <Table.Td>
        <Group gap="xs" justify="flex-end" wrap="nowrap">
          <FileButton accept="audio/wav,.wav" onChange={(file) => file && replace.mutate(file)}>
            {(props) => (
              <Button
                {...props}
                size="compact-sm"
                variant="default"
                aria-label={t`Upload a sound for ${prompt.name}`}
                loading={replace.isPending}
                leftSection={<IconUpload size={16} aria-hidden />}
              >
                <Trans>Upload</Trans>
              </Button>
            )}
          </FileButton>
          <Button
            size="compact-sm"
            variant="subtle"
            color="gray"
            aria-label={t`Restore the standard sound of ${prompt.name}`}
            disabled={!prompt.replaced}
            loading={restore.isPending}
            leftSection={<IconRestore size={16} aria-hidden />}
            onClick={() => restore.mutate(undefined)}
          >
            <Trans>Restore</Trans>
          </Button>
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}
