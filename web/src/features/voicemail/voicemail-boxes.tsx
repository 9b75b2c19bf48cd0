import { Alert, Button, Group, Stack, Table, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconLock, IconMailOff, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import type { VoicemailBox } from '../../../../shared/api/voicemail.ts';
import { EmptyState, ErrorState, LoadingRows } from '../../components/list-states.tsx';
import { formatDateTime } from '../../lib/format.ts';
import { useSession } from '../../lib/session.ts';
import { useNow } from '../../lib/use-now.ts';
import { Columns, TableFrame } from '../../records/table-frame.tsx';
import { Tag } from '../../records/tag.tsx';
import { PinForm } from './pin-form.tsx';
import { useVoicemailBoxes } from '../../records/voicemail-boxes.ts';
import { VoicemailBoxForm } from './voicemail-box-form.tsx';

/** The boxes, their members and PINs. */
export function VoicemailBoxes() {
  const { can } = useSession();
  const [open, setOpen] = useState<VoicemailBox | 'new' | null>(null);
  const [pinOf, setPinOf] = useState<VoicemailBox | null>(null);
  const boxes = useVoicemailBoxes();
  if (boxes.data === undefined) return boxes.error ? <ErrorState error={boxes.error} onRetry={() => void boxes.refetch()} /> : <LoadingRows rows={4} />;
  const { items, canSendMail } = boxes.data;
  return (
    <Stack gap="md">
      {!canSendMail && items.some((box) => box.recipients.length > 0) && (
        <Alert color="yellow" icon={<IconMailOff aria-hidden />} title={<Trans>No mail host is configured</Trans>}>
          <Trans>Messages are kept, but no mail tells of them.</Trans>
        </Alert>
      )}
      {can('settings.manage') && (
        <Button w="fit-content" leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setOpen('new')}>
          <Trans>New box</Trans>
        </Button>
      )}
      {items.length === 0 ? (
        <EmptyState title={<Trans>No voicemail boxes yet</Trans>} hint={<Trans>A box gets the messages that a step “Voicemail” of a call flow records, and shows them to its members.</Trans>} />
      ) : (
        <BoxTable boxes={items} onEdit={can('settings.manage') ? setOpen : null} onPin={setPinOf} />
      )}
      {open !== null && <VoicemailBoxForm key={open === 'new' ? 'new' : open.id} stored={open === 'new' ? null : open} onClose={() => setOpen(null)} />}
      {pinOf !== null && <PinForm box={pinOf} onClose={() => setPinOf(null)} />}
    </Stack>
  );
}

interface TableProps {
  boxes: readonly VoicemailBox[];
  onEdit: ((box: VoicemailBox) => void) | null;
  onPin: (box: VoicemailBox) => void;
}

function BoxTable({ boxes, onEdit, onPin }: TableProps) {
  const { i18n, t } = useLingui();
  const now = useNow(boxes.some(({ lockedUntil }) => lockedUntil !== null));
  return (
    <TableFrame minWidth={760}>
      <Table verticalSpacing="xs">
        <Columns actions>
          <Trans>Box number</Trans>
          <Trans>Name</Trans>
          <Table.Th ta="right">
            <Trans>New</Trans>
          </Table.Th>
          <Table.Th ta="right">
            <Trans>Heard</Trans>
          </Table.Th>
          <Trans>By telephone</Trans>
        </Columns>
        <Table.Tbody>
          {boxes.map((box) => (
            <Table.Tr key={box.id}>
              <Table.Td className="scc-digits">{box.number}</Table.Td>
              <Table.Td>
                {box.name}
                {box.recipients.length > 0 && (
                  <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
                    {box.recipients.join(', ')}
                  </Text>
                )}
              </Table.Td>
              <Table.Td ta="right">{box.newMessages}</Table.Td>
              <Table.Td ta="right">{box.heardMessages}</Table.Td>
              <Table.Td>
                {box.lockedUntil !== null && Date.parse(box.lockedUntil) > now ? (
                  <Tag color="red" icon={IconLock}>
                    <Trans>Locked until {formatDateTime(box.lockedUntil, i18n.locale)}</Trans>
                  </Tag>
                ) : !box.active ? (
                  <Trans>Not by telephone</Trans>
                ) : box.hasPin ? (
                  <Trans>With PIN</Trans>
                ) : (
                  <Trans>No PIN yet</Trans>
                )}
              </Table.Td>
              <Table.Td>
                <Group gap="xs" wrap="nowrap" justify="flex-end">
                  <Button size="compact-sm" variant="default" aria-label={t`PIN of “${box.name}”`} onClick={() => onPin(box)}>
                    <Trans>PIN</Trans>
                  </Button>
                  {onEdit && (
                    <Button size="compact-sm" variant="default" aria-label={t`Change “${box.name}”`} onClick={() => onEdit(box)}>
                      <Trans>Change</Trans>
                    </Button>
                  )}
                </Group>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </TableFrame>
  );
}
