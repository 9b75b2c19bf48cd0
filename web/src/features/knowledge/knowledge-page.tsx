import { Badge, Button, Card, Grid, Group, NavLink, SegmentedControl, Stack, Text, TextInput, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconHistory, IconPencil, IconPlus, IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { type Article, listArticles } from '../../../../shared/api/knowledge.ts';
import { call } from '../../lib/api.ts';
import { useSession } from '../../lib/session.ts';
import { ListState } from '../../records/list-state.tsx';
import { PageHead } from '../../records/page-head.tsx';
import { RecordMeta } from '../../records/record-meta.tsx';
import { useList } from '../../records/use-list.ts';
import { Tag } from '../../records/tag.tsx';
import { useKept } from '../../records/kept.ts';
import { ArticleForm } from './article-form.tsx';
import { ArticleVersions } from './article-versions.tsx';

/** The FAQ: search at the left, the article at the right; supervisors write it here. */
export default function KnowledgePage() {
  const { t } = useLingui();
  const { can } = useSession();
  const edits = can('settings.manage');
  const [text, setText] = useKept<string>('search', '');
  const [status, setStatus] = useKept<Article['status']>('status', 'published');
  const [openId, setOpenId] = useKept<string | null>('article', null);
  const [editing, setEditing] = useState<Article | 'new' | null>(null);
  const [settled] = useDebouncedValue(text.trim(), 250);
  const list = useList([listArticles.id, settled, status], (cursor, signal) =>
    call(listArticles, { query: { limit: 50, ...(edits && { status }), ...(settled === '' ? {} : { q: settled }), ...(cursor === undefined ? {} : { cursor }) } }, signal),
  );
  const open = list.items?.find((article) => article.id === openId) ?? list.items?.[0];
  return (
    <Stack gap="md">
      <PageHead title={<Trans>Knowledge</Trans>}>
        {edits && (
          <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setEditing('new')}>
            <Trans>New article</Trans>
          </Button>
        )}
      </PageHead>
      <Group align="flex-end">
        <TextInput
          type="search"
          label={t`Search the FAQ`}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          leftSection={<IconSearch size={18} aria-hidden />}
          maxLength={100}
          w={{ base: '100%', sm: 420 }}
        />
        {edits && (
          <SegmentedControl
            aria-label={t`State of the articles`}
            value={status}
            onChange={(next) => setStatus(next as Article['status'])}
            data={[
              { value: 'published', label: t({ message: 'Published', context: 'articles' }) },
              { value: 'draft', label: t`Drafts` },
              { value: 'archived', label: t`Archived` },
            ]}
          />
        )}
      </Group>
      <Grid gap="md">
        <Grid.Col span={{ base: 12, sm: 5, lg: 4 }}>
          <ListState
            list={list}
            empty={
              settled === ''
                ? { title: t`No articles yet` }
                : { title: t`No article matches “${settled}”`, hint: t`Try fewer characters or another word.` }
            }
          >
            {(articles) => (
              <Stack gap={2} component="nav" aria-label={t`Articles`}>
                {articles.map((article) => (
                  <NavLink
                    key={article.id}
                    component="button"
                    type="button"
                    active={article.id === open?.id}
                    aria-current={article.id === open?.id ? 'true' : undefined}
                    label={article.title}
                    description={article.category}
                    onClick={() => setOpenId(article.id)}
                  />
                ))}
              </Stack>
            )}
          </ListState>
        </Grid.Col>
        <Grid.Col span={{ base: 12, sm: 7, lg: 8 }}>{open && <ArticleView article={open} onEdit={edits ? () => setEditing(open) : null} />}</Grid.Col>
      </Grid>
      {editing !== null && (
        <ArticleForm
          key={editing === 'new' ? 'new' : editing.id}
          stored={editing === 'new' ? null : editing}
          onClose={() => setEditing(null)}
          onSaved={(article) => {
            setStatus(article.status);
            setOpenId(article.id);
          }}
        />
      )}
    </Stack>
  );
}

function ArticleView({ article, onEdit }: { article: Article; onEdit: (() => void) | null }) {
  const [history, setHistory] = useState(false);
  return (
    <Card withBorder padding="lg" component="article">
      <Stack gap="md">
        <Group justify="space-between">
          <Group gap="xs">
            {article.category !== '' && <Tag color="navy">{article.category}</Tag>}
            {article.keywords.map((keyword) => (
              <Badge key={keyword} variant="outline" color="gray" tt="none">
                {keyword}
              </Badge>
            ))}
          </Group>
          {onEdit && (
            <Group gap="xs">
              <Button size="xs" variant="default" leftSection={<IconPencil size={16} aria-hidden />} onClick={onEdit}>
                <Trans>Edit</Trans>
              </Button>
              <Button size="xs" variant="default" leftSection={<IconHistory size={16} aria-hidden />} aria-expanded={history} onClick={() => setHistory(!history)}>
                <Trans>Versions</Trans>
              </Button>
            </Group>
          )}
        </Group>
        <Title order={2} size="h3">
          {article.title}
        </Title>
        <Text style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', lineHeight: 1.8 }}>{article.body}</Text>
        {history && <ArticleVersions article={article} />}
        <RecordMeta record={article} />
      </Stack>
    </Card>
  );
}
