import { ActionIcon, Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconMessage, IconTrash } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { commentRecording, removeRecordingComment } from '../../../../shared/api/recording-keeping.ts';
import { getRecording, type RecordingComment } from '../../../../shared/api/recordings.ts';
import { call } from '../../lib/api.ts';
import { useSession } from '../../lib/session.ts';
import { secondsText } from '../../records/times.ts';
import { useSave } from '../../records/use-save.ts';

interface Props {
  recordingId: string;
  comments: readonly RecordingComment[];
  /** Where the player stands, seconds. */
  position: number;
  onSeek: (seconds: number) => void;
}

/** What people wrote at places of a recording; a comment belongs to the place where its writing began, while the player goes on. */
export function RecordingComments({ recordingId, comments, position, onSeek }: Props) {
  const { t } = useLingui();
  const [text, setText] = useState('');
  /** Where the writing began, seconds; null while nothing is written. */
  const [begunAt, setBegunAt] = useState<number | null>(null);
  const at = begunAt ?? position;
  const write = (next: string): void => {
    setText(next);
    setBegunAt(next === '' ? null : at);
  };
  const add = useSave({
    run: () => call(commentRecording, { params: { id: recordingId }, body: { atMs: Math.round(at * 1000), text: text.trim() } }),
    refresh: [getRecording.id],
    done: t`Comment saved`,
    onDone: () => write(''),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== '') add.mutate(undefined);
  };
  const place = secondsText(at);
  return (
    <Stack gap="xs">
      {comments.map((comment) => (
        <CommentLine key={comment.id} comment={comment} onSeek={onSeek} />
      ))}
      <form onSubmit={submit}>
        <Group gap="xs" align="flex-end">
          <Textarea
            flex={1}
            miw={200}
            autosize
            minRows={1}
            maxRows={6}
            maxLength={2000}
            label={t`Comment at ${place}`}
            value={text}
            onChange={(event) => write(event.currentTarget.value)}
            // Keys of the player are letters here.
            onKeyDown={(event) => event.stopPropagation()}
          />
          <Button type="submit" variant="default" leftSection={<IconMessage size={18} aria-hidden />} disabled={text.trim() === ''} loading={add.isPending}>
            <Trans>Comment</Trans>
          </Button>
        </Group>
      </form>
    </Stack>
  );
}

function CommentLine({ comment, onSeek }: { comment: RecordingComment; onSeek: (seconds: number) => void }) {
  const { t } = useLingui();
  const { can, user } = useSession();
  const place = secondsText(comment.atMs / 1000);
  const remove = useSave({ run: () => call(removeRecordingComment, { params: { id: comment.id } }), refresh: [getRecording.id], done: t`The comment was removed` });
  const mayRemove = can('recording.manage') || (user !== null && comment.authorId === user.id);
  return (
    <Group gap="xs" wrap="nowrap" align="flex-start">
      <Button size="compact-xs" variant="default" onClick={() => onSeek(comment.atMs / 1000)} aria-label={t`Go to ${place}`}>
        {place}
      </Button>
      <Stack gap={0} flex={1} miw={0}>
        <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {comment.text}
        </Text>
        <Text size="xs" c="dimmed">
          {comment.authorName}
        </Text>
      </Stack>
      {mayRemove && (
        <ActionIcon variant="subtle" color="gray" aria-label={t`Remove the comment at ${place}`} loading={remove.isPending} onClick={() => remove.mutate(undefined)}>
          <IconTrash size={16} aria-hidden />
        </ActionIcon>
      )}
    </Group>
  );
}
