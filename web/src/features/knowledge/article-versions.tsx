import { Button, Card, Group, Stack, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconRotate } from '@tabler/icons-react';
import { type Article, articleVersions, listArticles, updateArticle } from '../../../../shared/api/knowledge.ts';
import { call } from '../../lib/api.ts';
import { formatDateTime } from '../../lib/format.ts';
import { useActorName } from '../../records/actor-name.ts';
import { ListState } from '../../records/list-state.tsx';
import { useList } from '../../records/use-list.ts';
import { useSave } from '../../records/use-save.ts';

/** Earlier texts of an article; each can be brought back as a new version. */
export function ArticleVersions({ article }: { article: Article }) {
  const { t, i18n } = useLingui();
  const actorName = useActorName();
  const list = useList([articleVersions.id, article.id], (_cursor, signal) => call(articleVersions, { params: { id: article.id } }, signal));
  const restore = useSave({
    run: ({ title, category, body, keywords }: Pick<Article, 'title' | 'category' | 'body' | 'keywords'>) =>
      call(updateArticle, { params: { id: article.id }, body: { title, category, body, keywords, version: article.version } }),
    refresh: [listArticles.id, articleVersions.id],
    done: t`The earlier text is back as a new version`,
  });
  return (
    <ListState list={list} empty={{ title: t`No versions kept yet` }}>
      {(versions) => (
        <Stack gap="sm">
          {versions.map((version) => (
            <Card key={version.version} withBorder padding="sm">
              <Group justify="space-between">
                <Text size="sm" fw={600}>
                  {version.version} · {formatDateTime(version.at, i18n.locale)} · {actorName(version.by)}
                </Text>
                {version.version !== article.version && (
                  <Button size="compact-sm" variant="default" loading={restore.isPending && restore.variables === version} leftSection={<IconRotate size={16} aria-hidden />} onClick={() => restore.mutate(version)}>
                    <Trans>Bring back</Trans>
                  </Button>
                )}
              </Group>
              <Text size="sm" fw={600}>
                {version.title}
              </Text>
              <Text size="sm" lineClamp={6} style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
                {version.body}
              </Text>
            </Card>
          ))}
        </Stack>
      )}
    </ListState>
  );
}
