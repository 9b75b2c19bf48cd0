import { Stack, Tabs } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import { IconMail, IconMailbox } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { PageHead } from '../../records/page-head.tsx';
import { VoicemailBoxes } from './voicemail-boxes.tsx';
import { VoicemailList } from './voicemail-list.tsx';

/** Messages that callers left, and the boxes in which they lie. @param player the sound of a message by its recording */
export function VoicemailPage({ player }: { player: (recordingId: string) => ReactNode }) {
  const { part, message } = useSearch({ from: '/inside/voicemail' });
  const navigate = useNavigate();
  return (
    <Stack gap="md">
      <PageHead title={<Trans>Voicemail</Trans>} hint={<Trans>Each play is written to the audit log.</Trans>} />
      <Tabs value={part ?? 'messages'} onChange={(next) => void navigate({ to: '/voicemail', search: next === 'boxes' ? { part: 'boxes' } : {} })} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="messages" leftSection={<IconMail size={18} aria-hidden />}>
            <Trans>Messages</Trans>
          </Tabs.Tab>
          <Tabs.Tab value="boxes" leftSection={<IconMailbox size={18} aria-hidden />}>
            <Trans>Boxes</Trans>
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="messages">
          <VoicemailList player={player} first={message ?? null} />
        </Tabs.Panel>
        <Tabs.Panel value="boxes">
          <VoicemailBoxes />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}
