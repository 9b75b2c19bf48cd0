import { Badge, Card, Grid, Group, NavLink, Stack, Text, TextInput, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { type Article, listArticles } from '../../../../shared/api/knowledge.ts';
import { call } from '../../lib/api.ts';
import { ListState } from '../../records/list-state.tsx';
import { PageHead } from '../../records/page-head.tsx';
import { RecordMeta } from '../../records/record-meta.tsx';
import { useList } from '../../records/use-list.ts';
import { Tag } from '../../records/tag.tsx';

/** The FAQ: search at the left, the article at the right. */
export default function KnowledgePage() {
  const { t } = useLingui();
  const [text, setText] = useState('');
  const [openId, setOpenId] = useState<string | null>(null);
  const [settled] = useDebouncedValue(text.trim(), 250);
  const list = useList([listArticles.id, settled], (cursor, signal) =>
    call(listArticles, { query: { limit: 50, ...(settled === '' ? {} : { q: settled }), ...(cursor === undefined ? {} : { cursor }) } }, signal),
  );
  const open = list.items?.find((article) => article.id === openId) ?? list.items?.[0];
  return (
    <Stack gap="md">
      <PageHead title={<Trans>Knowledge</Trans>} />
      <TextInput
        type="search"
        label={t`Search the FAQ`}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        leftSection={<IconSearch size={18} aria-hidden />}
        maxLength={100}
        maw={520}
      />
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
        <Grid.Col span={{ base: 12, sm: 7, lg: 8 }}>{open && <ArticleView article={open} />}</Grid.Col>
      </Grid>
    </Stack>
  );
}

function ArticleView({ article }: { article: Article }) {
  return (
    <Card withBorder padding="lg" component="article">
      <Stack gap="md">
        <Group gap="xs">
          <Tag color="navy">
            {article.category}
          </Tag>
          {article.keywords.map((keyword) => (
            <Badge key={keyword} variant="outline" color="gray" tt="none">
              {keyword}
            </Badge>
          ))}
        </Group>
        <Title order={2} size="h3">
          {article.title}
        </Title>
        <Text style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', lineHeight: 1.8 }}>{article.body}</Text>
        <RecordMeta record={article} />
      </Stack>
    </Card>
  );
}
