import { Button, Group, Select, Stack, TagsInput, Textarea, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, useState } from 'react';
import { type Article, articleVersions, createArticle, getArticle, listArticles, updateArticle } from '../../../../shared/api/knowledge.ts';
import { call } from '../../lib/api.ts';
import { FormDialog } from '../../records/form-dialog.tsx';
import { useSave } from '../../records/use-save.ts';

interface Props {
  stored: Article | null;
  onClose: () => void;
  onSaved: (article: Article) => void;
}

/** Writes an article, publishes it, or puts it into the archive. */
export function ArticleForm({ stored, onClose, onSaved }: Props) {
  const { t } = useLingui();
  const [draft, setDraft] = useState({
    title: stored?.title ?? '',
    category: stored?.category ?? '',
    body: stored?.body ?? '',
    keywords: stored?.keywords ?? [],
    status: stored?.status ?? ('draft' as Article['status']),
  });
  const set = (part: Partial<typeof draft>) => setDraft({ ...draft, ...part });
  const incomplete = draft.title.trim() === '' || draft.body.trim() === '';
  const save = useSave({
    run: () => {
      const body = { ...draft, title: draft.title.trim(), category: draft.category.trim() };
      return stored ? call(updateArticle, { params: { id: stored.id }, body: { ...body, version: stored.version } }) : call(createArticle, { body });
    },
    refresh: [listArticles.id, getArticle.id, articleVersions.id],
    done: t`The article is saved`,
    onDone: (article) => {
      onSaved(article);
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!incomplete) save.mutate(undefined);
  };
  return (
    <FormDialog title={stored ? <Trans>Edit the article</Trans> : <Trans>New article</Trans>} onClose={onClose} keep size="lg">
      <form onSubmit={submit}>
        <Stack gap="md">
          <TextInput label={t`Title of the article`} value={draft.title} onChange={(event) => set({ title: event.currentTarget.value })} maxLength={200} required data-autofocus />
          <TextInput label={t`Category`} value={draft.category} onChange={(event) => set({ category: event.currentTarget.value })} maxLength={100} />
          <Textarea label={t`Text of the article`} value={draft.body} onChange={(event) => set({ body: event.currentTarget.value })} autosize minRows={8} maxRows={20} maxLength={50_000} required />
          <TagsInput label={t`Other words to find it by`} placeholder={t`Enter after each`} value={draft.keywords} onChange={(keywords) => set({ keywords })} maxTags={30} maxLength={50} />
          <Select
            label={t`State of the article`}
            data={[
              { value: 'draft', label: t`Draft: only supervisors see it` },
              { value: 'published', label: t`Published: agents find it` },
              { value: 'archived', label: t`Archived: nobody finds it` },
            ]}
            value={draft.status}
            onChange={(status) => status !== null && set({ status: status as Article['status'] })}
            allowDeselect={false}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              <Trans>Cancel</Trans>
            </Button>
            <Button type="submit" loading={save.isPending} disabled={incomplete}>
              <Trans>Save</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </FormDialog>
  );
}
