import { Card, Group, Stack, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useRef } from 'react';
import { listCallbacks } from '../../../../shared/api/callbacks.ts';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { call } from '../../lib/api.ts';
import { formatDateTime, formatPhone } from '../../lib/format.ts';
import { useList } from '../../records/use-list.ts';
import { useServerNow } from '../../softphone/use-softphone.ts';
import { dueSoon, inOrder } from './callbacks-due.ts';

const SHOWN = 5;

/** Calls that this agent promised: the next ones, and a reminder before each. Nothing when there are none. */
export function OwnCallbacks() {
  const { i18n, t } = useLingui();
  const now = useServerNow();
  const list = useList([listCallbacks.id, 'mine'], (cursor, signal) => call(listCallbacks, { query: { open: 'true', mine: 'true', limit: 100, ...(cursor === undefined ? {} : { cursor }) } }, signal), { everyMs: 30_000 });
  const told = useRef(new Set<string>());
  const coming = inOrder(list.items ?? []);
  const soon = dueSoon(coming, now);
  useEffect(() => {
    for (const { id, dueAt, customerName, name, number } of soon) {
      const key = `${id} ${dueAt}`;
      if (told.current.has(key)) continue;
      told.current.add(key);
      const who = customerName || name || formatPhone(number);
      const time = formatDateTime(dueAt, i18n.locale);
      notifications.show({ color: 'orange', title: t`Promised call`, message: t`${who}: ${time}`, autoClose: false });
    }
  });
  if (coming.length === 0) return null;
  const more = coming.length - SHOWN;
  return (
    <Card withBorder padding="md" component="section" aria-labelledby="own-callbacks">
      <Stack gap="xs">
        <Title order={2} size="h5" id="own-callbacks">
          <Trans>Calls you promised</Trans>
        </Title>
        {coming.slice(0, SHOWN).map((item) => (
          <div key={item.id}>
            <Group gap={6}>
              <Text size="sm" fw={600} className="scc-digits">
                {formatDateTime(item.dueAt, i18n.locale)}
              </Text>
              {soon.includes(item) && (
                <ToneBadge tone="warn">
                  <Trans>Due</Trans>
                </ToneBadge>
              )}
            </Group>
            <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
              {[item.customerName || item.name, formatPhone(item.number), item.note].filter((part) => part !== '').join(' · ')}
            </Text>
          </div>
        ))}
        {more > 0 && (
          <Text size="xs" c="dimmed">
            <Trans>and {more} more</Trans>
          </Text>
        )}
        <Text size="xs" c="dimmed">
          <Trans>They ring here when they are due and you are available.</Trans>
        </Text>
      </Stack>
    </Card>
  );
}
