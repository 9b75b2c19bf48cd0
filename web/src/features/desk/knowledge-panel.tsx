import { Button, Card, Collapse, Group, Stack, Text, TextInput, Title, UnstyledButton } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconChevronDown, IconCopy, IconNote, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type RefObject, useRef, useState } from 'react';
import { type Article, listArticles } from '../../../../shared/api/knowledge.ts';
import { call } from '../../lib/api.ts';
import { useSession } from '../../lib/session.ts';
import { ErrorState } from '../../components/list-states.tsx';
import classes from './desk.module.css';
import { changeDraft, noteOfCall } from './drafts.ts';

/** Articles beside the call: found by a word, read, and their passages copied or put into the note. */
export function KnowledgePanel({ callId, searchRef }: { callId: string; searchRef: RefObject<HTMLInputElement | null> }) {
  const { t } = useLingui();
  const { can } = useSession();
  const [text, setText] = useState('');
  const [openId, setOpenId] = useState<string | null>(null);
  const [wanted] = useDebouncedValue(text.trim(), 250);
  const found = useQuery({
    queryKey: [listArticles.id, 'desk', wanted],
    queryFn: ({ signal }) => call(listArticles, { query: { q: wanted, limit: 8 } }, signal),
    enabled: wanted !== '',
  });
  if (!can('knowledge.read')) return null;
  const items = wanted === '' ? [] : (found.data?.items ?? []);
  return (
    <Card withBorder padding="md" component="section" aria-label={t`Knowledge`}>
      <Stack gap="sm">
        <Title order={2} size="h4">
          <Trans>Knowledge</Trans>
        </Title>
        <TextInput
          ref={searchRef}
          type="search"
          aria-label={t`Search the FAQ`}
          placeholder={t`Search the FAQ`}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={text}
          maxLength={100}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        {found.isError && <ErrorState error={found.error} onRetry={() => void found.refetch()} />}
        {wanted !== '' && found.data && items.length === 0 && (
          <Text size="sm" c="dimmed" role="status">
            <Trans>Nothing found</Trans>
          </Text>
        )}
        {items.map((article) => (
          <ArticleEntry key={article.id} article={article} callId={callId} open={openId === article.id} onToggle={() => setOpenId(openId === article.id ? null : article.id)} />
        ))}
      </Stack>
    </Card>
  );
}

interface EntryProps {
  article: Article;
  callId: string;
  open: boolean;
  onToggle: () => void;
}

function ArticleEntry({ article, callId, open, onToggle }: EntryProps) {
  const { t } = useLingui();
  const body = useRef<HTMLDivElement | null>(null);
  /** What is marked in the text, else all of it. */
  const passage = (): string => {
    const selection = globalThis.getSelection();
    const marked = selection?.anchorNode && body.current?.contains(selection.anchorNode) ? selection.toString().trim() : '';
    return marked || article.body;
  };
  const copy = (): void => {
    navigator.clipboard.writeText(passage()).then(
      () => notifications.show({ color: 'teal', message: t`Copied` }),
      () => notifications.show({ color: 'red', message: t`Copying is not possible in this browser.` }),
    );
  };
  const toNote = (): void => {
    const note = noteOfCall(callId);
    changeDraft(callId, { note: `${note}${note === '' ? '' : '\n'}${passage()}`.slice(0, 10_000) });
  };
  return (
    <div>
      <UnstyledButton onClick={onToggle} aria-expanded={open} w="100%">
        <Group justify="space-between" wrap="nowrap" gap="xs">
          <Text size="sm" fw={600} className={classes.breakable}>
            {article.title}
          </Text>
          <IconChevronDown size={16} aria-hidden />
        </Group>
        {article.category !== '' && (
          <Text size="xs" c="dimmed">
            {article.category}
          </Text>
        )}
      </UnstyledButton>
      <Collapse expanded={open}>
        {open && (
          <Stack gap="xs" mt={6}>
            <Text ref={body} size="sm" className={classes.text}>
              {article.body}
            </Text>
            <Group gap="xs">
              <Button size="compact-sm" variant="default" leftSection={<IconCopy size={16} aria-hidden />} onMouseDown={(event) => event.preventDefault()} onClick={copy}>
                <Trans>Copy the passage</Trans>
              </Button>
              <Button size="compact-sm" variant="default" leftSection={<IconNote size={16} aria-hidden />} onMouseDown={(event) => event.preventDefault()} onClick={toNote}>
                <Trans>Into the note</Trans>
              </Button>
            </Group>
            <Text size="xs" c="dimmed">
              <Trans>Mark a part of the text to take only that.</Trans>
            </Text>
          </Stack>
        )}
      </Collapse>
    </div>
  );
}
