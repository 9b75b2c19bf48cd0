import { Button, Table, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconDeviceDesktop } from '@tabler/icons-react';
import type { LiveSession } from '../../../shared/api/account.ts';
import { formatDateTime } from '../lib/format.ts';
import { browserName } from './browser-name.ts';
import { useLoginMethods } from './login-method.ts';
import { Columns, TableFrame } from './table-frame.tsx';
import { Tag } from './tag.tsx';

interface Props {
  sessions: readonly LiveSession[];
  /** Absent: they are only shown. */
  onEnd?: (session: LiveSession) => void;
}

/** Where a user is logged in, the session used last first. */
export function SessionTable({ sessions, onEnd }: Props) {
  const { i18n, t } = useLingui();
  const methods = useLoginMethods();
  return (
    <TableFrame minWidth={640}>
      <Table verticalSpacing="xs">
        <Columns actions={onEnd !== undefined}>
          <Trans>Browser</Trans>
          <Trans>IP address</Trans>
          <Trans>Logged in with</Trans>
          <Trans>Logged in</Trans>
          <Trans>Last used</Trans>
        </Columns>
        <Table.Tbody>
          {sessions.map((session) => (
            <Table.Tr key={session.id}>
              <Table.Td title={session.userAgent}>
                {browserName(session.userAgent) ?? <Trans>Another program</Trans>}{' '}
                {session.current && (
                  <Tag color="teal" icon={IconDeviceDesktop}>
                    <Trans>This one</Trans>
                  </Tag>
                )}
              </Table.Td>
              <Table.Td>
                <Text span ff="monospace" size="sm">
                  {session.ip}
                </Text>
              </Table.Td>
              <Table.Td>{methods[session.method]}</Table.Td>
              <Table.Td>{formatDateTime(session.createdAt, i18n.locale)}</Table.Td>
              <Table.Td>{formatDateTime(session.lastSeenAt, i18n.locale)}</Table.Td>
              {onEnd && (
                <Table.Td ta="right">
                  {!session.current && (
                    <Button size="compact-sm" variant="default" aria-label={t`End the session of ${session.ip}`} onClick={() => onEnd(session)}>
                      <Trans>End</Trans>
                    </Button>
                  )}
                </Table.Td>
              )}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </TableFrame>
  );
}
