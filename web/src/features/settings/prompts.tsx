import { Button, Checkbox, FileButton, Group, Stack, Table, Text, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconMicrophone, IconPlus, IconRestore, IconSearch, IconUpload } from '@tabler/icons-react';
import { useState } from 'react';
import { listPrompts, type Prompt, replacePrompt, restorePrompt } from '../../../../shared/api/prompts.ts';
import { EmptyState } from '../../components/list-states.tsx';
import { call } from '../../lib/api.ts';
import { useActorName } from '../../records/actor-name.ts';
import { ListState } from '../../records/list-state.tsx';
import { formatDateTime } from '../../lib/format.ts';
import { durationText, sizeText } from '../../records/times.ts';
import { Columns, TableFrame } from '../../records/table-frame.tsx';
import { useList } from '../../records/use-list.ts';
import { useSave } from '../../records/use-save.ts';
import { PromptDialog } from './prompt-dialog.tsx';
import { filterPrompts } from './prompt-filter.ts';
import { Tag } from '../../records/tag.tsx';

/** Rows shown at once: every number has its own sound, in each language. */
const PAGE = 50;

/** The sounds callers hear; each can be replaced by an own one and restored. */
export function Prompts() {
  const { t } = useLingui();
  const [text, setText] = useState('');
  const [onlyOwn, setOnlyOwn] = useState(false);
  const [adding, setAdding] = useState(false);
  const list = useList([listPrompts.id], (_cursor, signal) => call(listPrompts, {}, signal));
  return (
    <Stack gap="md">
      <Text size="sm" c="dimmed">
        <Trans>An own sound is a WAV file: PCM 16 bit, one channel, 8 kHz, at most 5 minutes.</Trans>
      </Text>
      <Group gap="md" align="flex-end">
        <TextInput
          type="search"
          label={t`Search by name`}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          leftSection={<IconSearch size={18} aria-hidden />}
          w={300}
        />
        <Checkbox checked={onlyOwn} onChange={(event) => setOnlyOwn(event.currentTarget.checked)} label={t`Only own sounds`} pb={8} />
        <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setAdding(true)}>
          <Trans>New sound</Trans>
        </Button>
      </Group>
      {adding && <PromptDialog name={null} onClose={() => setAdding(false)} />}
      <ListState list={list} empty={{ title: t`No voice prompts` }}>
        {(prompts) => <PromptTable prompts={filterPrompts(prompts, text, onlyOwn)} />}
      </ListState>
    </Stack>
  );
}

function PromptTable({ prompts }: { prompts: Prompt[] }) {
  const [limit, setLimit] = useState(PAGE);
  if (prompts.length === 0) return <EmptyState title={<Trans>No prompt matches</Trans>} />;
  return (
    <Stack gap="sm">
      <TableFrame minWidth={720}>
        <Table verticalSpacing="xs">
          <Columns actions>
            <Trans>Name</Trans>
            <Trans>Played</Trans>
            <Table.Th ta="right">
              <Trans>Length</Trans>
            </Table.Th>
            <Trans>Replaced</Trans>
          </Columns>
          <Table.Tbody>
            {prompts.slice(0, limit).map((prompt) => (
              <PromptRow key={prompt.name} prompt={prompt} />
            ))}
          </Table.Tbody>
        </Table>
      </TableFrame>
      {prompts.length > limit && (
        <Button variant="default" w="fit-content" mx="auto" onClick={() => setLimit(limit + PAGE)}>
          <Trans>Show more</Trans>
        </Button>
      )}
    </Stack>
  );
}

function PromptRow({ prompt }: { prompt: Prompt }) {
  const { i18n, t } = useLingui();
  const actorName = useActorName();
  const [making, setMaking] = useState(false);
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
          <Button size="compact-sm" variant="default" aria-label={t`Record a sound for ${prompt.name}`} leftSection={<IconMicrophone size={16} aria-hidden />} onClick={() => setMaking(true)}>
            <Trans>Record</Trans>
          </Button>
          {making && <PromptDialog name={prompt.name} onClose={() => setMaking(false)} />}
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
